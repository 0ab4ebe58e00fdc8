/* SPDX-License-Identifier: MIT
 *
 * coded: makes room for a coded form of a file.
 * Layer: files.
 */
#ifndef ETAGD_FILES_CODED_H
#define ETAGD_FILES_CODED_H

#include "files/entry.h"

/* The form, made unless it is there; NULL: no memory. */
struct entry_form *coded_add(struct entry *e, enum coding coding);

#endif
