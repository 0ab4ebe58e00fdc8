/* SPDX-License-Identifier: MIT
 *
 * status_report: what runs and what it has done, for people and for programs.
 * Layer: master.  A buffer that is too small overflows.
 */
#ifndef ETAGD_MASTER_STATUS_REPORT_H
#define ETAGD_MASTER_STATUS_REPORT_H

#include "base/buf.h"

struct master;

void status_text(const struct master *m, struct buf *out);
void status_json(const struct master *m, struct buf *out);

#endif
