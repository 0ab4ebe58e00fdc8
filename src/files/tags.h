/* SPDX-License-Identifier: MIT
 *
 * tags: entity tags by the schemes of the configuration (RFC 9110 8.8.3).
 * Layer: files.  Pure.
 */
#ifndef ETAGD_FILES_TAGS_H
#define ETAGD_FILES_TAGS_H

#include <stddef.h>

#include "conf/conf.h"
#include "http/etag.h"
#include "prepare/message.h"

/* Bytes of a digest that a tag is made of: 144 bits, a multiple of 3 for base
 * 64. */
#define TAGS_DIGEST FORM_BYTES

/* first: of a coding's first form (plan.h).  Writes the field value ("...",
 * W/"...") to out and gives its length; 0 when the scheme sends none.  digest:
 * SHA-256 of the coded bytes, NULL when it is not known (yet): then `content`
 * and `weak` make a weak tag from size and times, as no strong claim can be
 * made. */
size_t tags_make(char out[ETAG_BYTES_MAX], enum etag_scheme scheme,
                 enum coding coding, bool first,
                 const struct file_version *version, const uint8_t *digest);

/* `changing`: a tag that no other response has had. */
size_t tags_changing(char out[ETAG_BYTES_MAX], uint64_t connection,
                     uint64_t request, uint64_t now_us);

#endif
