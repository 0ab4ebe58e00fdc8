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
#include "http/accept.h"
#include "http/moment.h"
#include "http/page.h"
#include "os/tcpinfo.h"
#include "serve/conn.h"

bool upload_wanted(const struct conf *conf, enum method m, struct span path)
{
    return conf->accept_upload && (m == METHOD_POST || m == METHOD_PUT) &&
           span_eq(path, span_str(conf->accept_upload));
}

static void put_row(struct buf *b, enum language in, enum word name,
                    uint64_t value, enum word unit)
{
    buf_fmt(b, "<tr><th scope=\"row\">%s<td>%llu<td>%s\n", wording(name).in[in],
            (unsigned long long)value, wording(unit).in[in]);
}

static void put_page(struct buf *b, enum language in, const struct conn *c,
                     uint64_t bytes, uint64_t us)
{
    struct tcpinfo info;

    page_begin(b, in, 200);
    buf_fmt(b, "<p>%s<table>\n", wording(WORD_COUNTED).in[in]);
    put_row(b, in, WORD_CONTENT, bytes, WORD_BYTES);
    if (tcpinfo_read(c->fd, &info) == 0)
        put_row(b, in, WORD_SEGMENTS, info.data_segs_in, WORD_SEGMENTS_OF);
    if (us > 0) {
        put_row(b, in, WORD_TIME, us, WORD_TIME_OF);
        put_row(b, in, WORD_RATE, bytes * 1000000 / us, WORD_RATE_OF);
    }
    BUF_LIT(b, "</table>\n");
    if (us == 0)
        buf_fmt(b, "<p>%s\n", wording(WORD_AT_ONCE).in[in]);
}

void upload_answer(const struct reply *to, uint64_t bytes)
{
    UNINIT char storage[PAGE_BYTES_MAX];
    struct buf page = buf_over(storage, sizeof storage);
    struct txn *t = to->t;
    enum language in = accept_language(&to->q->head);
    const struct blocks_head h = {
        .status = 200,
        .type = "text/html; charset=utf-8",
        .fixed = SPAN(""),
        .caching = "no-store",
        .tongue = language_tag(in),
    };
    struct record *r = answer_record(to, 200, REASON_UPLOAD);
    size_t from = t->out.n;

    put_page(&page, in, to->c, bytes, to->a->now->us - to->c->first_us);
    answer_head(to, &h, r, page.n);
    buf_put(&t->out, page.p, page.n);
    txn_piece_out(t, from);
    answer_close(to, r, page.n);
}
