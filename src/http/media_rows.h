/* SPDX-License-Identifier: MIT
 *
 * media_rows: the table of extensions behind media.h.
 * Layer: http (pure), internal to media.c and its tests.
 */
#ifndef ETAGD_HTTP_MEDIA_ROWS_H
#define ETAGD_HTTP_MEDIA_ROWS_H

#include <stddef.h>

#include "http/media.h"

/* Sorted by ext in byte order: media_row() searches by halves. */
extern const struct media_row media_rows[];
extern const size_t media_rows_count;

#endif
