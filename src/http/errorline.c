/* SPDX-License-Identifier: MIT
 *
 * errorline: the error log's form for machines.
 * Layer: http (pure).
 */
#include "http/errorline.h"

#include "http/json.h"
#include "http/logline.h"

void errorline_json(struct buf *b, const struct log_entry *e)
{
    buf_char(b, '{');
    JSON_KEY(b, "time");
    buf_char(b, '"');
    logline_time(b, e->time_us);
    buf_char(b, '"');
    json_put_str(b, "level", e->level);
    json_put_str(b, "id", e->id);
    json_put_str(b, "process", e->role);
    json_put_u64(b, "pid", (uint64_t)e->pid);
    if (e->about.site)
        json_put_str(b, "site", e->about.site);
    if (e->about.file)
        json_put_str(b, "file", e->about.file);
    json_put(b, "text", e->text);
    BUF_LIT(b, "}\n");
}
