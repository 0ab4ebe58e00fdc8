/* SPDX-License-Identifier: MIT
 *
 * conf: one configuration, as plain immutable data.
 * Layer: conf (structs only; every layer above may read them).  A struct conf
 * and everything that it points at is made by conf_load() and freed as a whole
 * by conf_free(); workers inherit it by fork and never write to it.
 * Times are milliseconds (_ms), sizes bytes (_bytes), unless a name says else.
 */
#ifndef ETAGD_CONF_CONF_H
#define ETAGD_CONF_CONF_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "base/ip.h"

enum etag_scheme {
    ETAG_SCHEME_CONTENT, /* strong, from the bytes' SHA-256 (default) */
    ETAG_SCHEME_STAT,    /* strong, from size, mtime ns, ctime ns, inode */
    ETAG_SCHEME_WEAK,    /* weak, from the content digest */
    ETAG_SCHEME_OFF,     /* no ETag field */
    /* for experiments; `-t` and the log mark them as broken */
    ETAG_SCHEME_CHANGING,   /* a new one at each response */
    ETAG_SCHEME_MTIME_SIZE, /* seconds of mtime and size */
    ETAG_SCHEME_INODE       /* inode, size, mtime: differs from node to node */
};

enum log_format { LOG_COMBINED, LOG_JSON, LOG_READABLE };
enum log_error_format { LOG_ERROR_TEXT, LOG_ERROR_JSON };
enum log_level {
    LOG_LEVEL_DEBUG,
    LOG_LEVEL_INFO,
    LOG_LEVEL_WARN,
    LOG_LEVEL_ERROR
};
enum symlink_policy { SYMLINKS_BENEATH, SYMLINKS_NONE, SYMLINKS_OWNER };
enum dotfile_policy { DOTFILES_DENY, DOTFILES_ALLOW };
enum unknown_host { UNKNOWN_HOST_DEFAULT, UNKNOWN_HOST_REFUSE /* 421 */ };
enum protocol { PROTOCOL_1_1, PROTOCOL_1_0 };
enum freshness {
    FRESHNESS_AUTO, /* inotify where it can be trusted */
    FRESHNESS_STAT  /* ask the file system at each request */
};

/* What the master does about a signal. */
enum ending {
    ENDING_STOP,   /* cut what is under way */
    ENDING_FINISH, /* take no more, finish what is under way */
    ENDING_DRAIN,  /* say so for a while ([health] path), then finish */
    ENDING_RELEASE /* end at once; workers finish by themselves */
};

struct conf_listen {
    char *text; /* as configured: "127.0.0.1:5000", "[::1]:80", "unix:/run/x" */
    int line;   /* 0: not from a file */
    union {
        struct sockaddr sa;
        struct sockaddr_in in;
        struct sockaddr_in6 in6;
        struct sockaddr_un un;
    } addr;
    socklen_t addr_bytes;
    bool proxy; /* each connection begins with a header of the PROXY protocol */
};

/* One field that a rule sets or removes. */
struct conf_field {
    char *name;
    char *value; /* NULL: the field is removed */
    int at;      /* where the value begins, as in faults.h */
};

enum expires_kind { EXPIRES_NONE, EXPIRES_ACCESS, EXPIRES_MODIFIED };

/* [cache PATTERN] and [header PATTERN], in the order of the file.  A set_* flag
 * tells that this rule has a say; the last matching rule wins per field. */
struct conf_rule {
    bool is_cache; /* section word, for messages */
    char *pattern; /* glob; "//host/glob" limits it to one host */
    int line;
    bool set_etag, set_last_modified, set_expires;
    enum etag_scheme etag;
    bool last_modified;
    int64_t last_modified_s; /* added to the file's time; experiments */
    enum expires_kind expires;
    int64_t expires_s; /* seconds after access or modification */
    bool set_clock;
    int64_t clock_s; /* offset of Date, Expires, Last-Modified; experiments */
    char *when_type; /* glob on the media type, NULL: any */
    int when_status; /* 0: any */
    struct conf_field *fields;
    size_t n_fields;
};

/* [pace PATTERN]: how slow answers are on purpose. */
struct conf_pace {
    char *pattern;
    bool set_delay, set_rate;
    uint64_t delay_ms; /* from the request to the first byte of its answer */
    uint64_t rate;     /* bytes of content a second; 0: as fast as it goes */
};

struct conf_user {
    char *name, *hash;
};

/* A file of passwords, read when the configuration was. */
struct conf_passwords {
    char *file;
    struct conf_user *user; /* by name */
    size_t n;
    size_t memory_bytes; /* of the dearest check */
};

/* [access PATTERN]: those asked for a password. */
struct conf_access {
    char *pattern;
    int line;
    bool set_basic, set_realm, set_attempts;
    char *basic; /* file; NULL: nobody is asked */
    char *realm;
    uint64_t attempts; /* that may fail, per address and minute; 0: any */
    const struct conf_passwords *passwords; /* of that file */
};

struct conf_alias {
    char *prefix; /* "/static/": ends with a slash */
    char *root;   /* absolute, canonical directory */
    char *place;  /* the same as configured: links are not followed */
    int line;
};

struct conf_redirect {
    char *pattern; /* glob on the path; may hold one '*' to be reused as "$1" */
    char *to;      /* Location: absolute path or http(s) URL, may hold "$1" */
    int status;    /* 301, 302, 303, 307, 308 */
    int line;
};

struct conf_error_page {
    int status;
    char *path; /* below the root */
};

/* sites[0] is made of [server]; each [host NAME] adds one.  Keys that a host
 * section leaves out are [server]'s. */
struct conf_site {
    char **names; /* lower case; "*.example.org" allowed; none for sites[0] */
    size_t n_names;
    char *hosts; /* all names with a blank between them, for rules; or NULL */
    int line;
    char *root;  /* absolute, canonical */
    char *place; /* the same as configured: links are not followed */
    char **index;
    size_t n_index;
    char *fallback; /* single-page applications: path, or NULL */
    bool listing;
    enum symlink_policy symlinks;
    enum dotfile_policy dotfiles;
    struct conf_error_page *error_pages;
    size_t n_error_pages;
    struct conf_alias *aliases;
    size_t n_aliases;
    struct conf_redirect *redirects;
    size_t n_redirects;
};

struct conf_timeouts {
    uint64_t idle_ms;       /* between responses, and unused connections */
    uint64_t idle_grace_ms; /* and so much longer than is announced */
    uint64_t head_ms;      /* from the first byte of a head to its blank line */
    uint64_t body_ms;      /* without progress on unwanted content */
    uint64_t send_ms;      /* a response may make no progress */
    uint64_t linger_ms;    /* after the last response of a closing connection */
    uint64_t prepare_ms;   /* until a worker answers without the preparer */
    uint64_t heartbeat_ms; /* until a process that does not turn is ended */
    uint64_t drain_ms;     /* QUIT: until what is left is cut */
    uint64_t ready_ms;     /* ENDING_DRAIN: until no more is taken */
};

#define CONF_FIELDS_MAX 256 /* as many as the parser has room for */

struct conf_limits {
    size_t target_bytes, line_bytes, head_bytes, fields;
    uint64_t body_bytes, upload_bytes;
    size_t connections;                /* per worker */
    size_t connections_per_worker_lab; /* 0: off (experiments) */
    size_t connections_per_address;    /* 0: no limit */
    uint64_t requests_per_connection;  /* 0: no limit */
    uint64_t recv_rate, send_rate; /* lowest bytes/s over rate_window; 0: off */
    uint64_t rate_window_ms;
    size_t pipeline; /* responses gathered in one send */
};

struct conf_log {
    char *access; /* path, "-" standard output, "off" */
    enum log_format format;
    char *error; /* path, "-" standard error */
    enum log_error_format error_format;
    enum log_level level;
    size_t buffer_bytes;
    uint64_t flush_ms;
    bool mask; /* as [observe] mask has it */
};

/* What a known file may take in a worker, on average: entry, path, forms, its
 * share of heads.  One of 0.7 KB takes 0.69 with no form but its own; a form
 * that was asked for adds 0.25. */
#define CONF_FILE_BYTES 1280

struct conf_prepare {
    size_t memory_file_bytes;   /* files up to this are served from memory */
    size_t memory_bytes;        /* for all prepared bytes together */
    size_t files;               /* entries of the file cache, per worker */
    uint64_t digest_bytes;      /* larger files have a weak tag first */
    uint64_t digest_idle_bytes; /* and files larger than this for good */
    uint64_t
        give_back_ms; /* until what nobody asks for is let go of; 0: never */
    enum freshness freshness;
    char *warm; /* patterns of what is made before we are ready; or NULL */
    uint64_t warm_ms; /* at most */
    bool compress;
    size_t compress_min_bytes, compress_max_bytes;
};

struct conf_media {
    char *default_text;   /* "text/plain" */
    char *default_binary; /* "application/octet-stream" */
    bool nosniff;         /* X-Content-Type-Options: nosniff */
};

struct conf_health {
    char *path; /* answered as long as the node takes requests; NULL: none */
    char *live; /* answered as long as a worker turns; NULL: none */
    bool log;   /* in access log and counters, too */
};

struct conf_nets {
    struct ip_net *net;
    size_t n;
    char *text; /* the same as configured */
};

/* Which fields of trusted proxies tell whose a request is. */
enum proxy_fields {
    PROXY_FIELDS_NONE,
    PROXY_FIELDS_FORWARDED, /* RFC 7239 */
    PROXY_FIELDS_X          /* X-Forwarded-For, -Proto, -Host */
};

struct conf_proxy {
    struct conf_nets trust; /* whose PROXY headers and fields are believed */
    enum proxy_fields fields;
};

struct conf_metrics {
    struct conf_listen listen; /* text NULL: off */
    struct conf_nets allow;    /* who may ask */
};

struct conf_observe {
    bool on;
    struct conf_listen listen;
    size_t events; /* slots of all rings together */
    char *names;   /* further hosts that the page may be asked under */
    char *mask;    /* words that names of secrets have in them; NULL: none */
};

/* What says `auto`: its member holds what follows from the box. */
struct conf_autos {
    bool workers, memory, files, compress_max;
};

/* Has a line of its own: of a socket that was passed it counts only then. */
struct conf_said {
    bool backlog, defer_accept;
};

struct conf {
    char *file; /* as given with -c; NULL: ad hoc */
    bool ad_hoc;
    struct conf_listen *listen;
    size_t n_listen;
    struct conf_listen *passed; /* heap, or NULL: the same, passed by systemd */
    unsigned workers;
    struct conf_autos autos;
    char *user, *group, *pidfile; /* NULL: not set */
    char *control;    /* unix socket for --reload and so on; NULL: none */
    unsigned sandbox; /* 0: off, for debuggers */
    enum ending on_term, on_quit;
    uint64_t idle_exit_ms; /* socket-activated: end when unused; 0: never */
    char *server_field;    /* value of Server, NULL: none */
    int backlog;
    struct conf_said said;
    unsigned https_port; /* what comes without TLS is sent there; 0: served */
    bool defer_accept;
    enum protocol protocol;
    char *accept_upload; /* path whose content is wanted; NULL: none */
    bool pieces;         /* status line, fields and content leave apart */
    size_t mss;          /* longest segment; 0: the route's */
    bool explain_header;
    enum unknown_host unknown_host;
    uint64_t keep_previous_ms; /* parts of releases before; 0: none */
    struct conf_site *sites;
    size_t n_sites;     /* >= 1 */
    char **experiments; /* what is broken on purpose: "[section] key: ..." */
    size_t n_experiments;
    struct conf_rule *rules;
    size_t n_rules;
    struct conf_pace *paces;
    size_t n_paces;
    struct conf_access *accesses;
    size_t n_accesses;
    struct conf_passwords *passwords;
    size_t n_passwords;
    bool declares_coding; /* a rule has Content-Encoding */
    struct conf_timeouts timeouts;
    struct conf_limits limits;
    struct conf_log log;
    struct conf_prepare prepare;
    struct conf_media media;
    struct conf_observe observe;
    struct conf_metrics metrics;
    struct conf_proxy proxy;
    struct conf_health health;
};

void conf_free(struct conf *c);

/* In a process that asks nobody for a password: no hash is left in it. */
void conf_forget_passwords(struct conf *c);

#endif
