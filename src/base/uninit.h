/* SPDX-License-Identifier: MIT
 *
 * uninit: scratch space that is written before it is read.
 * Layer: base.  Release builds zero every automatic variable
 * (-ftrivial-auto-var-init=zero); for kilobytes of scratch on a hot path that
 * costs more than the work itself, so those say so.
 */
#ifndef ETAGD_BASE_UNINIT_H
#define ETAGD_BASE_UNINIT_H

#ifdef __has_attribute
#if __has_attribute(uninitialized)
#define UNINIT __attribute__((uninitialized))
#endif
#endif
#ifndef UNINIT
#define UNINIT
#endif

#endif
