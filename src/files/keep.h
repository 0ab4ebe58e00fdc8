/* SPDX-License-Identifier: MIT
 *
 * keep: which known files stay open, for descriptors are few.
 * Layer: files.
 */
#ifndef ETAGD_FILES_KEEP_H
#define ETAGD_FILES_KEEP_H

#include <stdbool.h>

struct files;

/* No descriptor was left: gives some back that only serve to be quicker.  True:
 * it is worth another try at once. */
bool keep_give_back(struct files *fs);

/* Keeps files open only as far as their share of the descriptors goes. */
void keep_within(struct files *fs);

/* A file or directory could not be opened for want of descriptors or memory, or
 * could not be read: a line in the log, one in ten seconds at most. */
void keep_failed(struct files *fs, const char *path, int error);

#endif
