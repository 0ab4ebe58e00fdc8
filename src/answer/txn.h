/* SPDX-License-Identifier: MIT
 *
 * txn: what requests under way on one connection need: unparsed bytes, content
 * framing, and the responses that are being sent.
 * Layer: answer.  Borrowed from the worker's pool at the first byte that cannot
 * be dealt with at once, and for the length of a turn otherwise; given back
 * when the connection is idle.  The last one given back is the next one
 * borrowed, so that a busy worker keeps using the same, warm memory.
 */
#ifndef ETAGD_ANSWER_TXN_H
#define ETAGD_ANSWER_TXN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/check.h"
#include "base/list.h"
#include "base/sip.h"
#include "http/body.h"
#include "http/logline.h"
#include "http/range.h"
#include "os/net.h"

#define TXN_OUT_BYTES 65536
#define TXN_PIECES_MAX 192
#define TXN_RECORDS_MAX 64
#define TXN_QUEUED_MAX 1048576 /* bytes: then all of it is sent first */
#define TXN_HEAD_MAX 1216      /* bytes of a request's head for the observer */
/* What the texts of one record may come to: method, target, Host, Referer and
 * User-Agent for the log, its two ids, its user, and a head for the observer. */
#define TXN_TEXT_MAX \
    (5 * LOGLINE_TARGET_MAX + 2 * LOGLINE_ID_MAX + LOGLINE_USER_MAX + \
     TXN_HEAD_MAX)
#define TXN_TEXT_BYTES 32768
#define TXN_COPY_MAX 4096 /* smaller bodies are copied beside their head */
/* of one answer: head and content of each part, and the last boundary */
#define TXN_ANSWER_PIECES (2 * RANGE_PIECES_MAX + 1)

/* Room that one answer's head may need in txn.out. */
#define REQUEST_ROOM 20480

/* What became of a request that was looked at. */
enum request_result {
    REQUEST_ANSWERED, /* *in has moved past it; c->closing may be set */
    REQUEST_HEAVY,    /* the same, and this took so long or so much memory that
                         others come first before the next */
    REQUEST_MORE,     /* the head is incomplete; *in is as it was */
    REQUEST_CONTENT,  /* waits for its content: the head is in t's input */
    REQUEST_WAITS     /* waits for the preparer: all of it is in t's input */
};

struct conn;
struct ferry;
struct entry;

/* A run of bytes to send: from memory, or from a file. */
struct piece {
    const char *p; /* memory; NULL: from fd */
    int fd;        /* beside p: sealed memory that these are bytes of; or -1 */
    uint64_t offset; /* in fd */
    uint64_t bytes;
};

/* One response: who asked what, and where its bytes end in the stream. */
struct record {
    struct logline line;
    struct entry *entry; /* held until the response is out; NULL: none */
    uint64_t started_us; /* monotonic */
    uint64_t ends;       /* offset in the stream of this txn's sends */
    bool begun;          /* its first byte is out */
    bool quiet;          /* neither logged nor counted ([health] log) */
    bool fronted;        /* a proxy has named the client: */
    struct net_peer client;
    /* for [pace], see pacing.h: */
    uint64_t due_ms;  /* nothing of it leaves before; 0: at once */
    uint64_t rate;    /* bytes of content a second; 0: as fast as it goes */
    uint64_t from_ms; /* since when its content leaves; 0: not yet */
    /* for the observer: */
    struct span head;   /* the request's, without its end */
    uint32_t head_n;    /* bytes of it as it was sent */
    uint32_t answer_at; /* the response's head in txn.out */
    uint64_t queued_us; /* the turn in which it was decided */
    uint8_t site;
    uint32_t file; /* its number on the board; 0: none */
};

#define TXN_MAGIC 0xe7a67c11u

struct txn {
    uint32_t magic;    /* 0 in the pool */
    struct conn *conn; /* the one that borrowed it */
    size_t in_n;       /* bytes of input that wait: txn_input() */
    size_t in_cap;
    struct body body;
    bool paced;            /* waits for its pace, not for room (serve) */
    bool is_long;          /* its socket was told so (net_long) */
    bool body_active;      /* bytes that arrive are content of in[0..head) */
    bool body_done;        /* content of the head at in[0] was taken already */
    bool unguarded;        /* by another worker: [access] is asked here as well */
    enum fault body_fault; /* and this is what was wrong with it */
    enum request_result after; /* what follows the queue */
    struct list waiter;        /* hangs at an entry that is being prepared */
    uint64_t queued_turn;      /* of the worker, for a listing */
    bool lost;                 /* what it waited for does not come */
    struct {
        struct sip of; /* these credentials */
        uint8_t word;  /* enum gate_word */
        bool known;
    } verdict;           /* of [access], for the request at hand */
    uint8_t user_n;      /* bytes of user[], which it let in; 0: nobody */
    struct ferry *ferry; /* brings bytes to be sent; or NULL */
    struct buf out;      /* heads and small bodies */
    uint64_t sent;       /* bytes of the stream that are out */
    uint64_t queued;     /* bytes of the stream in all */
    uint64_t doubt_us;   /* since when a file may be growing; 0: none */
    unsigned piece_n, piece_at;
    unsigned record_n, record_at;
    struct buf text;  /* copies of what records point at, once they must stay */
    size_t text_need; /* bytes that what is not copied yet would take */
    struct piece piece[TXN_PIECES_MAX];
    struct record record[TXN_RECORDS_MAX];
    char out_bytes[TXN_OUT_BYTES];
    char text_bytes[TXN_TEXT_BYTES];
    char user[LOGLINE_USER_MAX];
    char in_bytes[]; /* in_cap of them; for txn.c alone, since records point
                        into them */
};

/* Borrowed, and not given back. */
static inline bool txn_is(const struct txn *t)
{
    return t->magic == TXN_MAGIC;
}

struct txn_pool {
    char *memory;
    size_t stride, count, bytes;
    struct txn **free;
    size_t n_free;
    size_t warm;  /* lowest n_free ever: below, free[] is not filled in yet */
    size_t low;   /* lowest n_free since txn_pool_rest() */
    size_t clean; /* free[] below holds no memory; once low is counted in */
};

/* Reserves address space for `count` transactions; false when refused. */
bool txn_pool_init(struct txn_pool *pool, size_t count, size_t in_cap);
void txn_pool_free(struct txn_pool *pool);
struct txn *txn_borrow(struct txn_pool *pool); /* NULL: none left */
/* Its queue was reset, so that whoever borrows it next finds it empty. */
void txn_return(struct txn_pool *pool, struct txn *t);

/* Gives memory back that has not been in use since the last call: once in a
 * second, as those that wait for a reader or the preparer come in crowds. */
void txn_pool_rest(struct txn_pool *pool);

/* The bytes that were received and not dealt with yet. */
static inline struct span txn_input(const struct txn *t)
{
    return span_of(t->in_bytes, t->in_n);
}

/* What waits from now on is `head` and then `rest`; both may lie in the input
 * already.  Records that point into it get copies of their texts first. */
void txn_input_keep(struct txn *t, struct span head, struct span rest);

/* Puts `more`, which lies elsewhere or behind the input, to its end. */
void txn_input_add(struct txn *t, struct span more);

/* The next request is somebody else's until its own credentials are known. */
static inline void txn_credentials_done(struct txn *t)
{
    t->verdict.known = t->unguarded = false;
    t->user_n = 0;
}

static inline struct span txn_user(const struct txn *t)
{
    return t->user_n ? span_of(t->user, t->user_n) : SPAN_NONE;
}

static inline bool txn_sending(const struct txn *t)
{
    return t->piece_at < t->piece_n;
}

/* Can another response of up to `head` bytes of head be queued? */
static inline bool txn_room(const struct txn *t, size_t head)
{
    return t->out.cap - t->out.n >= head + TXN_COPY_MAX &&
           t->piece_n + TXN_ANSWER_PIECES <= TXN_PIECES_MAX &&
           t->record_n < TXN_RECORDS_MAX && t->queued < TXN_QUEUED_MAX &&
           t->text.cap - t->text.n >= t->text_need + TXN_TEXT_MAX;
}

/* The bytes written to t->out since `from` become a piece (or part of the last
 * one). */
void txn_piece_out(struct txn *t, size_t from);
void txn_piece_memory(struct txn *t, const char *p, uint64_t bytes);
void txn_piece_file(struct txn *t, int fd, uint64_t offset, uint64_t bytes);
void txn_piece_sealed(struct txn *t, const char *p, int fd, uint64_t offset,
                      uint64_t bytes);

/* Everything queued is out: forget it. */
void txn_reset_out(struct txn *t);

/* Sets room aside for copies of the texts of a record that was just opened: the
 * seven of the log are parts of a head of so many bytes (0: not known), and the
 * observer's is that head. */
static inline void txn_record_texts(struct txn *t, size_t head)
{
    t->text_need +=
        head > 0 && head < TXN_TEXT_MAX / 2 ? 2 * head : TXN_TEXT_MAX;
}

/* Copies what unfinished records point at into t->text, because the input goes
 * away. */
void txn_keep_texts(struct txn *t);

/* The input is dealt with; records that point into it are closed. */
static inline void txn_input_done(struct txn *t)
{
    CHECK(t->record_at == t->record_n);
    t->in_n = 0;
}

#endif
