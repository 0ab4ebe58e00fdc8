/* SPDX-License-Identifier: MIT
 *
 * sim: a world for one worker, without a kernel: sockets, files, the preparer,
 * the master and both clocks are tables and numbers that a script moves on.
 * It takes the place of os/net, os/poll, os/clock, os/tcpinfo (sim_net.c),
 * os/file, os/directory, os/watch (sim_files.c) and os/channel (sim_people.c)
 * at link time; everything above those runs as it is.  The script
 * (sim_script.c) goes on whenever the worker waits; sim_reader.c reads what the
 * worker sends with a parser of its own.
 */
#ifndef ETAGD_FUZZ_SIM_H
#define ETAGD_FUZZ_SIM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "fuzz.h"

#include "http/accept.h"
#include "os/watch.h"

#define SIM_CONNS 6
#define SIM_CONNS_MAX 4 /* [limits] connections */
#define SIM_FDS 256     /* open files at once */
#define SIM_ASKS 16
#define SIM_ANSWERS 256 /* of a connection, that are remembered */

#define SIM_HELPERS_MOST 2

/* Numbers that no real descriptor has. */
enum {
    SIM_FD = 1 << 24,
    SIM_POLL = SIM_FD,
    SIM_CONTROL,
    SIM_LISTENER,
    SIM_LOG,
    SIM_ROOT,
    SIM_HELPERS, /* of files, of passwords: whichever came first */
    SIM_MOUNTS = SIM_HELPERS + SIM_HELPERS_MOST,
    SIM_MOVED,
    SIM_MOVE,
    SIM_CONN = SIM_FD + 100,
    SIM_WATCH = SIM_FD + 200,
    SIM_MARKS = SIM_FD + 299,
    SIM_PREPARE = SIM_FD + 300, /* and one more for each that follows */
    SIM_FILE = SIM_FD + 1000
};

/* ---- what the client makes of the responses (sim_reader.c) ---- */

/* One request as a simple reader of the client's own bytes sees it. */
struct sim_request {
    enum { REQ_MORE, REQ_WHOLE, REQ_LOST } kind;
    bool head;  /* the method is HEAD */
    bool plain; /* GET or HEAD, of 1.1, with no field but Host: localhost */
    bool close; /* says Connection: close, or is of HTTP/1.0 */
    const char *path;
    size_t path_n;
    size_t ends; /* offset in the client's bytes */
    struct sim_id {
        const char *p;
        size_t n;
        unsigned count;
    } id[2]; /* X-Request-Id, traceparent */
};

#define SIM_HEAD 32768

struct sim_reader {
    char *head; /* of SIM_HEAD */
    size_t head_n;
    enum { READ_HEAD, READ_BODY, READ_OVER } state;
    struct sim_request request;
    size_t request_at; /* in the client's bytes: the next one */
    size_t began;      /* the one whose answer is being read */
    /* the response whose body is being read */
    int status;
    bool closes;
    bool may_lack_body; /* to HEAD, or to something like it */
    uint64_t length, at;
    int file; /* its bytes are known; -1: not */
    unsigned coding;
    bool first;        /* of two forms of this coding */
    uint64_t offset;   /* of the body in them */
    unsigned versions; /* bit: no byte differed from that version yet */
    bool multipart;
    char boundary[80];
    char etag[100];
    /* all of them */
    unsigned n, n_whole;
    unsigned continued; /* for the present request */
    unsigned last;
    int statuses[SIM_ANSWERS];
    uint64_t hash;     /* of everything but dates */
    uint64_t quiet_us; /* as Keep-Alive last announced: then it is closed */
};

/* ---- the world ---- */

struct sim_conn {
    const uint8_t *bytes; /* all that the client has to say */
    size_t n, sent, taken;
    bool opened, accepted, closed;
    unsigned holders; /* workers, and what is on its way */
    bool fin, reset;  /* the client's acts */
    bool fin_by_script;
    bool fin_late;              /* after the server's own */
    bool finished, aborted;     /* the server's */
    bool is_long;               /* and what it has said of what it sends */
    bool reads;                 /* the client takes everything at once */
    bool stalled;               /* it did not, at some time */
    bool polled, news, blocked; /* readiness, edge by edge */
    bool polled_room;           /* of room to send, too */
    bool emptied;               /* all was received, and no news came since */
    void *tag;
    size_t room;           /* of the kernel's buffer for what is sent */
    uint64_t out, drained; /* bytes */
    uint64_t accepted_us, io_us, closed_us;
    uint64_t stuck_us;    /* blocked, and nothing read for so long */
    size_t sent_at_touch; /* when a file was changed last */
    struct sim_reader reader;
    /* as told: */
    unsigned told_accepts, told_ends, told_requests, logged, logged_sent;
    int log_status[SIM_ANSWERS];
    int end;
};

struct sim_ask {
    bool used;
    uint64_t seq, due_us;
    int file;
    unsigned mode, step;
    bool want_bytes, refs_told, bare, named, first_told;
    uint32_t sidecars, make;
};

struct sim {
    uint64_t now_us;
    uint64_t turn_us;    /* when the last turn began */
    uint64_t tick_us;    /* each look at the clock, and each name read, takes so
                            long */
    unsigned names_read; /* in this turn */
    int64_t real_us;     /* minus now_us: the distance of the clocks */
    struct sim_conn conn[SIM_CONNS];
    int queue[SIM_CONNS]; /* to be accepted */
    unsigned n_queue;
    unsigned n_told; /* of these, what the worker was told of in this turn, */
    bool long_turn;  /* while listings were under way */
    void *listener_tag, *control_tag, *prepare_tag;
    bool hurried; /* the worker does not wait: it has something to do */
    bool listening, control_on, prepare_on, listener_closed;
    void *moved_tag;
    bool moved_on;
    int accept_error, n_accept_errors;
    /* the script */
    const uint8_t *script;
    size_t script_n, script_at;
    int current;
    uint64_t skip_us;
    bool over;     /* the script has ended; what follows is the same for all */
    bool told_end; /* the master has told the worker to end */
    bool in_order; /* one connection after the other, all in one piece */
    int order[SIM_CONNS]; /* in which they were opened */
    unsigned n_order;
    uint64_t over_us;
    unsigned turns, idle_turns;
    /* what the script has done, for what may be expected of the worker */
    bool wild; /* not to be compared with a run in one piece */
    int touched_file;
    bool touched, broken_io, drained, stopped, jumped, crowded, expects;
    unsigned passed_ms;
    /* master and preparer */
    char words[32];
    unsigned n_words;
    bool master_gone;
    /* another generation: when it was told of, and what waits for it */
    bool next, handed, crammed;
    uint64_t handed_us;
    unsigned n_moved, moved_room;
    unsigned preparer; /* which one; its channel is SIM_PREPARE + that */
    uint64_t slab;     /* its number */
    bool preparer_gone, preparer_full, slab_sent;
    unsigned prepare_mode;
    struct sim_ask ask[SIM_ASKS];
    unsigned n_asks;
    /* files: on another's file system, and how that answers; see sim_aside.c */
    unsigned far;
    bool was_far, was_hung, no_helpers, mounts_news;
    void *helpers_tag[SIM_HELPERS_MOST], *mounts_tag;
    int fd_file[SIM_FDS];     /* 1 + index; 0: free */
    bool names_told[SIM_FDS]; /* of a directory: all of them */
    unsigned n_files;
    unsigned n_watches;
    enum watch_news news;
    int open_errors;
    int send_errors; /* of reading what is sent, to come */
    /* large.bin changes at each step of sending it: 1 + how; 0: it rests */
    unsigned restless, steps;
    bool stamped;         /* change times have changed, as by chmod */
    bool silently;        /* bytes have changed, and no times with them */
    bool no_sums;         /* a digest was told without them */
    bool codings, firsts; /* some coding has had two forms */
    /* the log */
    char line[8192];
    size_t line_n;
    int log_mode;
    uint64_t log_lines;
    bool log_lost;
    uint64_t bytes_out;
};

extern struct sim sim;

/* sim_files.c */
struct sim_file {
    const char *path; /* "" is the root */
    const char *mark; /* value of X-File; NULL: no regular file */
    const char *type;
    uint64_t size;
    bool directory, secret, other, link, has_codings;
    unsigned version; /* of its bytes */
    unsigned stamp;   /* of its times */
    unsigned rights;  /* changes of its change time alone */
    bool gone;
};
extern struct sim_file sim_files[];
enum { SIM_LARGE = 4 };               /* sent from its descriptor */
enum { SIM_STYLE = 6, SIM_STYLE_GZ }; /* a file and its sidecar */
int sim_file_find(const char *path, size_t n);
int sim_file_marked(const char *mark, size_t n);
/* The bytes of a form of a version: they lie in one area, whose memory is also
 * the preparer's slab. */
#define SIM_AREA (1u << 20)
#define SIM_SLAB (SIM_AREA + (1u << 15)) /* and the sums behind it */
#define SIM_VERSIONS 8u
#define SIM_FIRST 128 /* from a form's bytes to those of its first form */
const char *sim_area(void);
int sim_area_fd(void);
size_t sim_at(int file, unsigned version, unsigned coding);
unsigned sim_version(int file, unsigned coding); /* the present one */
uint64_t sim_size(int file, unsigned coding);
size_t sim_sums_at(int file, unsigned version);
int64_t sim_mtime_ns(int file);
int64_t sim_ctime_ns(int file);
/* A place at which a file that does not rest may change. */
enum sim_place { SIM_BEFORE, SIM_WITHIN, SIM_BEHIND, SIM_SENT };
void sim_step(enum sim_place at);
void sim_files_reset(void);
void sim_files_check(void);
void sim_close_file(int fd);

/* sim_net.c */
void sim_open(int i);
void sim_send(struct sim_conn *c, size_t n);
void sim_drain(struct sim_conn *c, uint64_t n);
void sim_news(struct sim_conn *c);

/* sim_people.c */
bool sim_prepare_ready(void);
bool sim_control_ready(void);
uint64_t sim_prepare_due(void); /* UINT64_MAX: nothing to come */
void sim_word(char word);

/* sim_moves.c */
void sim_hand_over(unsigned room);
int sim_move_give(const char *p, size_t n, const int *fds, size_t n_fds);
ssize_t sim_move_take(char *p, int *fds, size_t *n_fds);
bool sim_next(void);

/* sim_aside.c: when a helper of the i-th set has done something; UINT64_MAX:
 * never. */
uint64_t sim_aside_due(unsigned i);

/* sim_script.c: goes on until the worker is to look for events. */
void sim_script_run(void);

/* sim_world.c: nobody is connected: what may a worker still hold? */
void sim_rest_check(void);
/* A turn begins; it is over: beside listings, which make each turn long, nobody
 * waits in the queue for another. */
void sim_queue_told(void);
void sim_queue_check(void);

/* sim_reader.c */
void sim_reader_take(struct sim_conn *c, const char *p, size_t n);
void sim_reader_end(struct sim_conn *c);

/* sim_request.c: the request at `at` of the first n bytes. */
void sim_request_next(const struct sim_conn *c, size_t at, size_t n,
                      struct sim_request *out);

/* Bytes that were sent, a line or an event: counted in what a run has said, by
 * which two builds are compared (fuzz_conn.c). */
void sim_said(const void *p, size_t n);

/* sim_told.c: the n-th request of a connection, from 1 on, as a line of the log
 * or the head in an event has it. */
void sim_told_line(const struct sim_conn *c, uint64_t n, int status,
                   const char *line);
void sim_told_head(const struct sim_conn *c, uint64_t n, const char *head,
                   size_t head_n, bool cut);

/* sim_log.c */
void sim_log_take(const char *p, size_t n);
void sim_log_check(void);

/* sim_body.c */
void sim_body_begin(struct sim_conn *c);
void sim_body_take(struct sim_conn *c, const char *p, size_t n);
void sim_body_end(struct sim_conn *c);

#endif
