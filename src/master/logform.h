/* SPDX-License-Identifier: MIT
 *
 * logform: how lines of the error log look, by [log] error-format and level.
 * Layer: master.  What is started afterwards inherits it.
 */
#ifndef ETAGD_MASTER_LOGFORM_H
#define ETAGD_MASTER_LOGFORM_H

struct conf_log;

void logform_set(const struct conf_log *log);

#endif
