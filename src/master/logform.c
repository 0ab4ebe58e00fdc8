/* SPDX-License-Identifier: MIT
 *
 * logform: puts http's form into the log of os, which knows nothing of it.
 * Layer: master.
 */
#include "master/logform.h"

#include "base/check.h"
#include "conf/conf.h"
#include "http/errorline.h"
#include "os/log.h"

/* Text on standard error would be the one line that no program can read. */
static void tell_failed(const char *text)
{
    log_error("M157", "%s", text);
}

void logform_set(const struct conf_log *log)
{
    bool json = log->error_format == LOG_ERROR_JSON;

    log_threshold((enum log_severity)log->level);
    log_form_set(json ? errorline_json : NULL);
    check_teller(json ? tell_failed : NULL);
}
