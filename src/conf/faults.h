/* SPDX-License-Identifier: MIT
 *
 * faults: gathers what is wrong, in the order of the file.
 * Layer: conf.  Owns its texts until faults_hand_over().
 */
#ifndef ETAGD_CONF_FAULTS_H
#define ETAGD_CONF_FAULTS_H

#include <stdarg.h>
#include <stddef.h>

#include "base/span.h"
#include "conf/load.h"

#define FAULTS_MAX 200 /* more are counted, not kept */

/* Where a text of the configuration comes from: a line of the file (> 0), an
 * override (-1: the first -o), or the file as a whole (0). */
struct fault_row {
    int at;
    size_t nth;
    char *text;
};

struct fault_list {
    const char *file;
    const char *const *override;
    struct fault_row *rows;
    size_t n, cap, beyond;
};

/* section and key may be NULL. */
void faults_add(struct fault_list *l, int at, const char *section,
                const char *key, const char *fmt, va_list args)
    __attribute__((format(printf, 5, 0)));

/* Sorted by line into *out (which may be NULL); the list is empty then. */
void faults_hand_over(struct fault_list *l, struct conf_faults *out);

/* A text of the user's for a message: cut, and safe for a terminal. */
struct shown {
    char text[80];
};
struct shown faults_shown(struct span s);
#define SHOWN(s) (faults_shown(s).text)

#endif
