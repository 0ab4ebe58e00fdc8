/* SPDX-License-Identifier: MIT
 *
 * rules: what the [cache] and [header] rules say about one path.
 * Layer: conf.  Pure: a function of the configuration and its arguments.
 */
#ifndef ETAGD_CONF_RULES_H
#define ETAGD_CONF_RULES_H

#include <stdbool.h>

#include "base/span.h"
#include "conf/conf.h"

#define POLICY_FIELDS_MAX 48
#define POLICY_BYTES_MAX 8192 /* of lines, the longest of each name */

struct policy {
    enum etag_scheme etag;
    bool last_modified;
    int64_t last_modified_s;
    enum expires_kind expires;
    int64_t expires_s;
    int64_t clock_s;
    size_t n_fields; /* fields to send; removed ones have value NULL */
    const struct conf_field *field[POLICY_FIELDS_MAX];
    const struct conf_rule *cache_rule; /* last [cache] that matched, or NULL */
};

/* All rules that match, in order; the last one wins per field (names compare
 * without case).  host: lower case, may be empty, or several names with a
 * blank between them, one of which is enough; path: decoded, '/' first;
 * type: media type without parameter, may be empty; status: of the response.
 * [cache] rules speak of files: for a status of 400 or more, and for 204, which
 * answers OPTIONS, only [header] rules count. */
void rules_resolve(const struct conf *c, struct span host, struct span path,
                   struct span type, int status, struct policy *out);

/* Is it one of the rules that rules_resolve() takes?  A rule for status 200 is
 * one for 206 and 304 as well: both speak of the same representation (RFC 9110
 * 15.3.7, 15.4.5). */
bool rules_applies(const struct conf_rule *r, struct span host,
                   struct span path, struct span type, int status);

/* What [pace] sections say of one path: zero where none has a say. */
void paces_find(const struct conf *c, struct span host, struct span path,
                struct conf_pace *out);

/* Whether a password is asked for, and with *out, which: what the [access]
 * sections say of the path, of the index files that may answer for it, of the
 * folder that it may name, and of the file whose coded form it may be; the last
 * section wins, whichever address it names.  Case only counts where a section
 * lets everybody in: some file systems ignore it.
 */
#define ACCESS_ATTEMPTS 20 /* unless a section has its own */
bool access_find(const struct conf *c, const struct conf_site *site,
                 struct span path, struct conf_access *out);

/* The value that a policy sends for a field; p NULL: none. */
struct span rules_field(const struct policy *p, struct span name);

/* What the pattern's one '*' stands for in a path that the pattern matches;
 * empty when it has none. */
struct span rules_star(const char *pattern, struct span path);

/* The glob of patterns: '*' any run of bytes, '?' one byte other than '/',
 * everything else itself.  Pattern without a leading '/' is matched against
 * the last component ("*.png"), "/img/" + "*" against the whole path. */
bool rules_glob(struct span pattern, struct span text);

/* As rules_glob, with the leading-slash convention and "//host/". */
bool rules_match(const char *pattern, struct span host, struct span path);

/* The same where the case of ASCII letters does not count. */
bool rules_match_any_case(const char *pattern, struct span host,
                          struct span path);

#endif
