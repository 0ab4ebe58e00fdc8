/* SPDX-License-Identifier: MIT
 *
 * values: texts of the configuration to members of its structs, and back.
 * Layer: conf.  One struct value_type per kind of value.
 */
#ifndef ETAGD_CONF_VALUES_H
#define ETAGD_CONF_VALUES_H

#include <stdbool.h>
#include <stdio.h>

#include "base/buf.h"
#include "conf/arena.h"
#include "conf/conf.h"
#include "conf/keys.h"

struct value_job {
    const struct key *key;
    void *base; /* the struct that the row's offset counts from */
    struct arena *arena;
    const char *dir;  /* where relative paths begin */
    int line;         /* of the file; 0: none */
    struct span name; /* the key as written: "error-404" */
    struct buf *why;  /* filled when the text is refused */
};

struct value_type {
    const char *name; /* "duration" */
    bool (*parse)(struct value_job *job, struct span text);
    /* "key = value" lines; none for a value that is not set */
    void (*print)(const struct key *k, const void *base, FILE *out);
    /* what is allowed, for messages and help */
    void (*allowed)(const struct key *k, struct buf *b);
};

extern const struct value_type value_bool, value_count, value_size,
    value_duration, value_word, value_text, value_field, value_media,
    value_path, value_dir, value_log, value_auto_count, value_auto_size,
    value_listens, value_listen, value_index, value_url_path, value_error_page,
    value_glob, value_expires, value_clock, value_modified, value_remove,
    value_to, value_redirect_status, value_nets;

/* helpers that the files of parsers share */
void *value_at(const struct value_job *job);
const void *value_of(const struct key *k, const void *base);
bool value_refuse(struct value_job *job, struct span text, const char *what);
void value_print_text(const struct key *k, const void *base, FILE *out);
void value_store(const struct value_job *job, uint64_t v);
uint64_t value_load(const struct key *k, const void *base);

/* "90s" to milliseconds; false with *what set. */
bool value_duration_ms(struct span text, uint64_t *ms, const char **what);
void value_put_seconds(FILE *out, uint64_t s);

/* Field content (RFC 9110 5.5): no controls, no space at the ends. */
bool value_is_field_content(struct span s);
bool value_is_token(struct span s);

/* Next word of a list separated by blanks and commas; n == 0 at the end. */
struct span value_next_word(struct span *rest);

/* listen.c: a listening address; on false *what says what is wrong. */
bool listen_parse(struct arena *a, struct span text, int line,
                  struct conf_listen *out, const char **what);
/* Whether two addresses cannot be listened on at once: the same, or one of
 * them all addresses with the port of the other. */
bool listen_clash(const struct conf_listen *a, const struct conf_listen *b);

#endif
