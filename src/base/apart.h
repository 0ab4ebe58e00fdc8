/* SPDX-License-Identifier: MIT
 *
 * apart: a part of a function that few of its calls need.
 * Layer: base.  The compiler would put a function that is called once into its
 * caller, which then saves the registers and zeroes the variables of both, each
 * time.
 */
#ifndef ETAGD_BASE_APART_H
#define ETAGD_BASE_APART_H

#define APART __attribute__((noinline))

#endif
