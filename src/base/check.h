/* SPDX-License-Identifier: MIT
 *
 * check: assertions that stay on in release builds.
 * Layer: base (libc only).  A failed CHECK is a bug of ours, never a fault of
 * a client or of the system: it prints one line to standard error and aborts;
 * the master notices and starts a fresh process.
 */
#ifndef ETAGD_BASE_CHECK_H
#define ETAGD_BASE_CHECK_H

#define CHECK(cond)                \
    (__builtin_expect(!!(cond), 1) \
         ? (void)0                 \
         : check_failed(#cond, __FILE__, __LINE__, __func__))

/* Names this process in the line that a failed CHECK prints ("worker 2"). */
void check_role(const char *role);

/* Who writes that line instead, without "etagd worker 2: "; NULL: check does.
 */
void check_teller(void (*tell)(const char *text));

_Noreturn void check_failed(const char *cond, const char *file, int line,
                            const char *func);

#endif
