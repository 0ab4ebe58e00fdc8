/* SPDX-License-Identifier: MIT
 *
 * title: what ps and top show of a process.
 * Layer: os.
 */
#ifndef ETAGD_OS_TITLE_H
#define ETAGD_OS_TITLE_H

/* First of all, once: moves arguments and environment to where they can stay,
 * so that their place is free for titles.  The arguments to be used from here
 * on; those given where there is no memory for that (then there are no titles,
 * either). */
char **title_begin(int argc, char **argv);

/* The whole title, cut where the place ends.  `name` is the short one, that
 * `top` and `pgrep` go by (15 bytes; NULL: as it is). */
void title_set(const char *name, const char *title);

/* The same for the process that keeps the program's name: its arguments follow
 * the title, for whoever looks for them. */
void title_set_with_arguments(const char *title);

#endif
