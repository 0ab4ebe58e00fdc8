/* SPDX-License-Identifier: MIT
 *
 * pressure: has the kernel tell when memory is short: on the whole machine, and
 * in the control group that we are in.
 * Layer: os.  Nothing is told where the kernel can't (before Linux 4.20, or
 * PSI is off), or does not tell who has no rights (before Linux 6.4).
 */
#ifndef ETAGD_OS_PRESSURE_H
#define ETAGD_OS_PRESSURE_H

#define PRESSURE_MOST 2

/* Descriptors that are EPOLLPRI when somebody had to wait for memory for a
 * tenth of the time; -1: none.  Files are looked for below `prefix`, "" but for
 * tests. */
void pressure_open(const char *prefix, int fd[PRESSURE_MOST]);

#endif
