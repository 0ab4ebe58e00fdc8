/* SPDX-License-Identifier: MIT
 *
 * upload: the page that tells what has come: bytes, segments, time and rate.
 * Layer: answer.  Nothing of the content is kept, not even for a moment.
 */
#include "answer/upload.h"

#include "answer/answer.h"
#include "answer/answer_parts.h"
#include "answer/txn.h"
#include "base/uninit.h"
#include "http/moment.h"
#include "http/page.h"
#include "os/tcpinfo.h"
#include "serve/conn.h"

bool upload_wanted(const struct conf *conf, enum method m, struct span path)
{
    return conf->accept_upload && (m == METHOD_POST || m == METHOD_PUT) &&
           span_eq(path, span_str(conf->accept_upload));
}

static void put_row(struct buf *b, const char *name, uint64_t value,
                    const char *unit)
{
    buf_fmt(b, "<tr><th scope=\"row\">%s<td>%llu<td>%s\n", name,
            (unsigned long long)value, unit);
}

static void put_page(struct buf *b, const struct conn *c, uint64_t bytes,
                     uint64_t us)
{
    struct tcpinfo info;

    page_begin(b, 200);
    BUF_LIT(b, "<p>Counted and thrown away:<table>\n");
    put_row(b, "Content", bytes, "bytes");
    if (tcpinfo_read(c->fd, &info) == 0)
        put_row(b, "Segments", info.data_segs_in,
                "with data, on this connection so far");
    if (us > 0) {
        put_row(b, "Time", us, "\xc2\xb5s since the request's first byte");
        put_row(b, "Rate", bytes * 1000000 / us, "bytes a second");
    }
    BUF_LIT(b, "</table>\n");
    if (us == 0)
        BUF_LIT(b, "<p>All of it came at once: there is no time to tell.\n");
}

void upload_answer(const struct reply *to, uint64_t bytes)
{
    UNINIT char storage[PAGE_BYTES_MAX];
    struct buf page = buf_over(storage, sizeof storage);
    struct txn *t = to->t;
    const struct blocks_head h = {
        .status = 200,
        .type = "text/html; charset=utf-8",
        .fixed = SPAN(""),
        .caching = "no-store",
    };
    struct record *r = answer_record(to, 200, REASON_UPLOAD);
    size_t from = t->out.n;

    put_page(&page, to->c, bytes, to->a->now->us - to->c->first_us);
    answer_head(to, &h, r, page.n);
    buf_put(&t->out, page.p, page.n);
    txn_piece_out(t, from);
    answer_close(to, r, page.n);
}
