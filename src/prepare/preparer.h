/* SPDX-License-Identifier: MIT
 *
 * preparer: the process that finds out what is slow or risky to find out.
 * Layer: prepare (base, os; libmagic, nettle, zlib, brotli, zstd).  Runs
 * until control and every worker's channel have reached end-of-file: workers
 * that drain after the master's end still get their answers.  Fails by exiting
 * non-zero; the master starts another.
 */
#ifndef ETAGD_PREPARE_PREPARER_H
#define ETAGD_PREPARE_PREPARER_H

#include <stddef.h>

#include "conf/conf.h"
#include "share/counters.h"

/* A message of this one byte from the master is answered by the same: the
 * preparer turns. */
#define PREPARER_BEAT 'b'

/* With one descriptor: the error log goes there from now on. */
#define PREPARER_LOG 'l'

/* Files that are watched themselves: each holds an inode in the kernel. */
#define PREPARER_MARKS_MOST 65536

/* control: the preparer's end of a SOCK_SEQPACKET pair with the master, over
 * which one-byte messages with one descriptor each bring the preparer's ends of
 * worker channels; end-of-file there means that the master is gone: return once
 * the workers are gone too.  Never returns before.  Loads libmagic, then gives
 * up all rights (os/sandbox.h).  told: where it says what it does; may be NULL.
 * Exit status for the process is returned. */
int preparer_run(const struct conf *conf, int control,
                 struct counters_preparer *told);

#endif
