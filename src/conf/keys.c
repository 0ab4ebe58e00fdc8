/* SPDX-License-Identifier: MIT
 *
 * keys: THE table: one row per option of the configuration.
 * Layer: conf.  Static data only.
 */
#include "conf/keys.h"

#include "base/chars.h"
#include "conf/conf.h"
#include "conf/values.h"

#define ROW(sec, nam, typ, str, mem, pre, hlp, ...)                          \
    {                                                                        \
        .section = sec, .name = nam, .type = &value_##typ,                   \
        .offset = offsetof(struct str, mem),                                 \
        .width = sizeof(((struct str *)0)->mem), .preset = pre, .help = hlp, \
        __VA_ARGS__                                                          \
    }
#define RANGE(lo, hi) .min = (lo), .max = (hi)
#define KIB(n) ((uint64_t)(n) << 10)
#define MIB(n) ((uint64_t)(n) << 20)
#define GIB(n) ((uint64_t)(n) << 30)
#define MS_DAY ((uint64_t)86400000)

static const struct key_word symlink_words[] = {
    { "beneath", SYMLINKS_BENEATH, NULL },
    { "none", SYMLINKS_NONE, NULL },
    { "owner", SYMLINKS_OWNER, NULL },
    { NULL, 0, NULL },
};
static const struct key_word dotfile_words[] = {
    { "deny", DOTFILES_DENY, NULL },
    { "allow", DOTFILES_ALLOW, NULL },
    { NULL, 0, NULL },
};
static const struct key_word unknown_host_words[] = {
    { "default", UNKNOWN_HOST_DEFAULT, NULL },
    { "refuse", UNKNOWN_HOST_REFUSE, NULL },
    { NULL, 0, NULL },
};
static const struct key_word error_format_words[] = {
    { "text", LOG_ERROR_TEXT, NULL },
    { "json", LOG_ERROR_JSON, NULL },
    { NULL, 0, NULL },
};
static const struct key_word format_words[] = {
    { "combined", LOG_COMBINED, NULL },
    { "json", LOG_JSON, NULL },
    { "readable", LOG_READABLE, NULL },
    { NULL, 0, NULL },
};
static const struct key_word level_words[] = {
    { "debug", LOG_LEVEL_DEBUG, NULL },
    { "info", LOG_LEVEL_INFO, NULL },
    { "warn", LOG_LEVEL_WARN, NULL },
    { "error", LOG_LEVEL_ERROR, NULL },
    { NULL, 0, NULL },
};
static const struct key_word protocol_words[] = {
    { "HTTP/1.1", PROTOCOL_1_1, NULL },
    { "HTTP/1.0", PROTOCOL_1_0,
      "a connection for each request, as simple development servers do" },
    { NULL, 0, NULL },
};
static const struct key_word freshness_words[] = {
    { "auto", FRESHNESS_AUTO, NULL },
    { "stat", FRESHNESS_STAT, NULL },
    { NULL, 0, NULL },
};
static const struct key_word proxy_field_words[] = {
    { "none", PROXY_FIELDS_NONE, NULL },
    { "forwarded", PROXY_FIELDS_FORWARDED, NULL },
    { "x-forwarded", PROXY_FIELDS_X, NULL },
    { NULL, 0, NULL },
};
static const struct key_word sandbox_words[] = {
    { "on", 1, NULL },
    { "off", 0, "processes keep rights that only a debugger needs" },
    { NULL, 0, NULL },
};
static const struct key_word ending_words[] = {
    { "stop", ENDING_STOP, NULL },
    { "finish", ENDING_FINISH, NULL },
    { "drain", ENDING_DRAIN, NULL },
    { "release", ENDING_RELEASE, NULL },
    { NULL, 0, NULL },
};
static const struct key_word etag_words[] = {
    { "content", ETAG_SCHEME_CONTENT, NULL },
    { "stat", ETAG_SCHEME_STAT, NULL },
    { "weak", ETAG_SCHEME_WEAK, NULL },
    { "off", ETAG_SCHEME_OFF, NULL },
    { "changing", ETAG_SCHEME_CHANGING,
      "each response has another tag, so none is ever confirmed" },
    { "mtime-size", ETAG_SCHEME_MTIME_SIZE,
      "edits of equal size within a second share one tag" },
    { "inode", ETAG_SCHEME_INODE,
      "the same bytes have another tag on each node and after each copy" },
    { NULL, 0, NULL },
};

/* clang-format off */
const struct key keys[] = {
    ROW("server", "listen", listens, conf, listen, "127.0.0.1:8080",
        "address to serve on; may be repeated; with \"proxy\" behind it: see [proxy]",
        .flags = KEY_REPEATS),
    ROW("server", "root", dir, conf_site, root, NULL,
        "directory with the files; a relative one starts at this file's directory",
        .flags = KEY_HOST | KEY_REQUIRED),
    ROW("server", "workers", auto_count, conf, workers, "auto",
        "worker processes; auto: one for each processor that we may use (cgroups, affinity)", RANGE(1, 256)),
    { .section = "server", .name = "index", .type = &value_index,
      .offset = offsetof(struct conf_site, index),
      .width = offsetof(struct conf_site, n_index) + sizeof(size_t) -
               offsetof(struct conf_site, index),
      .preset = "index.html", .flags = KEY_HOST,
      .help = "index files, tried in this order when a directory is requested" },
    ROW("server", "fallback", url_path, conf_site, fallback, "off",
        "file served when nothing matches a path with no extension, .html or .htm",
        .flags = KEY_HOST | KEY_OFF),
    ROW("server", "listing", bool, conf_site, listing, "off",
        "list directories that have no index file", .flags = KEY_HOST),
    ROW("server", "symlinks", word, conf_site, symlinks, "beneath",
        "links to follow: those that stay beneath the root, none, or of the same owner",
        .words = symlink_words, .flags = KEY_HOST),
    ROW("server", "dotfiles", word, conf_site, dotfiles, "deny",
        "whether names that begin with a dot are served",
        .words = dotfile_words, .flags = KEY_HOST),
    ROW("server", "error-NNN", error_page, conf_site, error_pages, NULL,
        "page of the root for status NNN (400 to 599), as in error-404 = /404.html",
        RANGE(400, 599), .flags = KEY_HOST | KEY_REPEATS),
    ROW("server", "unknown-host", word, conf, unknown_host, "default",
        "a Host that no [host] names: this section's site, or refuse (421)",
        .words = unknown_host_words),
    ROW("server", "user", text, conf, user, "off",
        "user that workers become when started by root", .flags = KEY_OFF),
    ROW("server", "group", text, conf, group, "off",
        "group that workers become; off: the user's", .flags = KEY_OFF),
    ROW("server", "pidfile", path, conf, pidfile, "off",
        "file for the master's process number", .flags = KEY_OFF),
    ROW("server", "control", path, conf, control, "off",
        "unix socket on which --reload, --stop and --status reach the master",
        .flags = KEY_OFF),
    ROW("server", "sandbox", word, conf, sandbox, "on",
        "take from workers, preparer and observer what they do not need",
        .words = sandbox_words),
    ROW("server", "on-term", word, conf, on_term, "stop",
        "what TERM does: stop now, finish, or drain: say so (see [health]), then finish",
        .words = ending_words),
    ROW("server", "on-quit", word, conf, on_quit, "finish",
        "what QUIT does; release: as finish, but workers do so after the master's end",
        .words = ending_words),
    ROW("server", "idle-exit", duration, conf, idle_exit_ms, "0",
        "end after this time without a connection, if started by a socket; 0: never",
        RANGE(0, MS_DAY)),
    ROW("server", "server-field", field, conf, server_field, "etagd",
        "value of the Server field in responses; off: no such field",
        .flags = KEY_OFF),
    ROW("server", "backlog", count, conf, backlog, "4096",
        "connections that the kernel holds for us (net.core.somaxconn caps it)",
        RANGE(1, 65535)),
    ROW("server", "https-port", count, conf, https_port, "0",
        "port of https: what comes without TLS ([proxy]) is redirected there; 0: it is served",
        RANGE(0, 65535)),
    ROW("server", "defer-accept", bool, conf, defer_accept, "off",
        "accept a connection when its first bytes are there (experiments)",
        .experiment = "unused connections stay invisible and SYN-ACKs repeat"),
    ROW("server", "protocol", word, conf, protocol, "HTTP/1.1",
        "version of the answers; HTTP/1.0 closes after each of them (experiments)",
        .words = protocol_words),
    ROW("server", "pieces", bool, conf, pieces, "off",
        "send status line, fields and content in a segment each (experiments)",
        .experiment = "three segments and calls where one would do"),
    ROW("server", "mss", count, conf, mss, "0",
        "longest TCP segment, as 1460 (88 to 32767; experiments); 0: the route's",
        RANGE(0, 32767),
        .experiment = "a call for each segment, on loopback as on a network"),
    ROW("server", "accept-upload", url_path, conf, accept_upload, "off",
        "path where content of POST and PUT is counted and thrown away (experiments)",
        .flags = KEY_OFF,
        .experiment = "whoever may reach it may send, though nothing is kept"),
    ROW("server", "keep-previous", duration, conf, keep_previous_ms, "0",
        "how long parts of an earlier release's pages are served (doc/deploy.md); 0: not at all",
        RANGE(0, MS_DAY)),
    ROW("server", "explain-header", bool, conf, explain_header, "off",
        "send the reason of each decision as a response field"),

    ROW("timeouts", "idle", duration, conf, timeouts.idle_ms, "65s",
        "between requests, and for unused connections; announced in Keep-Alive",
        RANGE(10, MS_DAY)),
    ROW("timeouts", "idle-grace", duration, conf, timeouts.idle_grace_ms, "0",
        "how much later than announced it is closed, for requests that are on their way",
        RANGE(0, 60000)),
    ROW("timeouts", "head", duration, conf, timeouts.head_ms, "10s",
        "from the first byte of a request's head to its last", RANGE(10, MS_DAY)),
    ROW("timeouts", "body", duration, conf, timeouts.body_ms, "10s",
        "how long a request's body may make no progress", RANGE(10, MS_DAY)),
    ROW("timeouts", "send", duration, conf, timeouts.send_ms, "60s",
        "how long a response may make no progress", RANGE(10, MS_DAY)),
    ROW("timeouts", "linger", duration, conf, timeouts.linger_ms, "2s",
        "reading on after the last response, so that it arrives", RANGE(0, MS_DAY)),
    ROW("timeouts", "prepare", duration, conf, timeouts.prepare_ms, "2s",
        "until a worker answers without the preparer", RANGE(10, MS_DAY)),
    ROW("timeouts", "heartbeat", duration, conf, timeouts.heartbeat_ms, "10s",
        "until a process whose loop hangs is ended (with a watchdog: half of that at most)", RANGE(2500, MS_DAY)),
    ROW("timeouts", "drain", duration, conf, timeouts.drain_ms, "30s",
        "after QUIT, until connections that are left are cut", RANGE(0, MS_DAY)),
    ROW("timeouts", "ready-delay", duration, conf, timeouts.ready_ms, "5s",
        "of a drain, from saying so ([health] path) to taking no more", RANGE(0, MS_DAY)),

    ROW("limits", "target", size, conf, limits.target_bytes, "8k",
        "longest request target; 414 beyond", RANGE(64, KIB(64))),
    ROW("limits", "line", size, conf, limits.line_bytes, "8k",
        "longest field line of a request; 431 beyond", RANGE(64, KIB(64))),
    ROW("limits", "head", size, conf, limits.head_bytes, "32k",
        "longest head of a request; 431 beyond", RANGE(256, MIB(1))),
    ROW("limits", "fields", count, conf, limits.fields, "100",
        "most field lines of a request; 431 beyond", RANGE(1, CONF_FIELDS_MAX)),
    ROW("limits", "body", size, conf, limits.body_bytes, "1m",
        "longest body that is read and thrown away; 413 beyond", RANGE(0, GIB(1))),
    ROW("limits", "upload", size, conf, limits.upload_bytes, "16m",
        "longest content at [server] accept-upload; 413 beyond", RANGE(0, GIB(1))),
    ROW("limits", "connections", count, conf, limits.connections, "16384",
        "connections of one worker", RANGE(1, 1000000)),
    ROW("limits", "connections-per-worker", count, conf,
        limits.connections_per_worker_lab, "0",
        "accept none beyond these until one ends (experiments); 0: off",
        RANGE(0, 1000000),
        .experiment = "workers stall as in servers with a process per connection"),
    ROW("limits", "connections-per-address", count, conf,
        limits.connections_per_address, "0",
        "connections of a client address (IPv6: its /64) to a worker; 0: no limit",
        RANGE(0, 1000000)),
    ROW("limits", "requests-per-connection", count, conf,
        limits.requests_per_connection, "0",
        "requests until a connection is closed; 0: no limit",
        RANGE(0, 1000000000)),
    ROW("limits", "recv-rate", size, conf, limits.recv_rate, "100",
        "lowest bytes a second of a request over rate-window; 0: off",
        RANGE(0, GIB(1))),
    ROW("limits", "send-rate", size, conf, limits.send_rate, "500",
        "lowest bytes a second of a response over rate-window; 0: off",
        RANGE(0, GIB(1))),
    ROW("limits", "rate-window", duration, conf, limits.rate_window_ms, "20s",
        "time over which the two rates are averaged", RANGE(100, MS_DAY)),
    ROW("limits", "pipeline", count, conf, limits.pipeline, "64",
        "pipelined responses gathered in one send", RANGE(1, 1024)),

    ROW("log", "access", log, conf, log.access, "-",
        "access log: file, - for standard output, or off"),
    ROW("log", "format", word, conf, log.format, "combined",
        "form of the access log's lines (readable without a file, see DIR)",
        .words = format_words),
    ROW("log", "error", log, conf, log.error, "-",
        "error log: file, or - for standard error"),
    ROW("log", "error-format", word, conf, log.error_format, "text",
        "form of the error log's lines; json: an object each",
        .words = error_format_words),
    ROW("log", "level", word, conf, log.level, "info",
        "lowest level written to the error log", .words = level_words),
    ROW("log", "buffer", size, conf, log.buffer_bytes, "64k",
        "access log bytes gathered by a worker; 0: none", RANGE(0, MIB(16))),
    ROW("log", "flush", duration, conf, log.flush_ms, "1s",
        "longest time until gathered lines are written", RANGE(0, 3600000)),
    ROW("log", "mask", bool, conf, log.mask, "off",
        "write *** for secrets in targets, Referer and user, see [observe] mask"),

    ROW("media", "default-text", media, conf, media.default_text, "text/plain",
        "type of text where neither name nor content tells it"),
    ROW("media", "default-binary", media, conf, media.default_binary,
        "application/octet-stream", "type of other content where neither tells it"),
    ROW("media", "nosniff", bool, conf, media.nosniff, "on",
        "send X-Content-Type-Options: nosniff"),

    ROW("prepare", "memory-file", size, conf, prepare.memory_file_bytes, "256k",
        "files up to this size are served from memory, larger ones when they are hot",
        RANGE(0, GIB(1))),
    ROW("prepare", "memory", auto_size, conf, prepare.memory_bytes, "auto",
        "bytes of all prepared files together; auto: an eighth of the box, up to 1g", RANGE(0, GIB(1024))),
    ROW("prepare", "files", auto_count, conf, prepare.files, "auto",
        "files that a worker knows, at 1280 bytes each; auto: a sixth of the box (above 8g half)", RANGE(16, 1000000)),
    ROW("prepare", "digest-max", size, conf, prepare.digest_bytes, "64m",
        "larger files have a weak tag first, made of their size and time",
        RANGE(0, GIB(1024))),
    ROW("prepare", "digest-idle", size, conf, prepare.digest_idle_bytes, "64g",
        "up to this size they are hashed in the background",
        RANGE(0, GIB(1024))),
    ROW("prepare", "freshness", word, conf, prepare.freshness, "auto",
        "how changes of files are found: the kernel's notice where it is sure, or stat",
        .words = freshness_words),
    ROW("prepare", "give-back", duration, conf, prepare.give_back_ms, "45s",
        "until memory of files that nobody asks for is given back; 0: only when it is needed",
        RANGE(0, MS_DAY)),
    ROW("prepare", "warm", text, conf, prepare.warm, "off",
        "patterns of files whose forms are made before the node is ready",
        .flags = KEY_OFF),
    ROW("prepare", "warm-time", duration, conf, prepare.warm_ms, "20s",
        "until the node is ready all the same", RANGE(100, 25000)),
    ROW("prepare", "compress", bool, conf, prepare.compress, "on",
        "make br, zstd and gzip forms of files that gain by it, for clients that would be sent them"),
    ROW("prepare", "compress-min", size, conf, prepare.compress_min_bytes, "256",
        "smaller files are not compressed", RANGE(0, GIB(1))),
    ROW("prepare", "compress-max", auto_size, conf, prepare.compress_max_bytes,
        "auto", "larger files are not compressed; auto: 4m, less in a small box", RANGE(0, GIB(1))),

    ROW("observe", "listen", listen, conf, observe.listen, "off",
        "address of the observer's page, as 127.0.0.1:5001; off: no observer",
        .flags = KEY_OFF),
    ROW("observe", "events", count, conf, observe.events, "4096",
        "events that workers keep until the observer has read them (2 KiB each)",
        RANGE(256, 1048576)),
    ROW("observe", "names", text, conf, observe.names, "off",
        "further names under which the observer's page may be asked for, as a.example",
        .flags = KEY_OFF),
    ROW("observe", "mask", text, conf, observe.mask,
        "token key secret auth session jwt",
        "fields and parameters with one of these words in their name are not shown",
        .flags = KEY_OFF),

    ROW("metrics", "listen", listen, conf, metrics.listen, "off",
        "address of /metrics, as 0.0.0.0:9180; nothing else is served there",
        .flags = KEY_OFF),
    ROW("metrics", "allow", nets, conf, metrics.allow, "127.0.0.0/8 ::1",
        "who may ask there (a unix socket: whoever may open it)"),

    ROW("health", "path", url_path, conf, health.path, "off",
        "path that says whether this node wants requests: 200, or 503 when it leaves"),
    ROW("health", "live", url_path, conf, health.live, "off",
        "path that says that workers respond: always 200"),
    ROW("health", "log", bool, conf, health.log, "on",
        "whether requests for these two are logged and counted"),

    ROW("proxy", "trust", nets, conf, proxy.trust, "127.0.0.1 ::1",
        "whose PROXY headers and fields are believed (unix sockets: whoever may open one)"),
    ROW("proxy", "fields", word, conf, proxy.fields, "none",
        "request fields in which they name clients; choose what all of them set or remove",
        .words = proxy_field_words),

    ROW("cache", "ETag", word, conf_rule, etag, NULL,
        "how entity tags are made; without a rule: content",
        .words = etag_words, .flag = offsetof(struct conf_rule, set_etag)),
    ROW("cache", "Last-Modified", modified, conf_rule, last_modified, NULL,
        "whether the file's time is sent, or one that much later or earlier; without a rule: on",
        .flag = offsetof(struct conf_rule, set_last_modified)),
    ROW("cache", "Expires", expires, conf_rule, expires, NULL,
        "time after the access or the file's modification; without a rule: off",
        .flag = offsetof(struct conf_rule, set_expires)),
    ROW("cache", "Clock", clock, conf_rule, clock_s, NULL,
        "shifts Date, Expires and Last-Modified (experiments)",
        .flag = offsetof(struct conf_rule, set_clock),
        .experiment = "dates are wrong on purpose"),

    ROW("header", "remove", remove, conf_rule, fields, NULL,
        "names of fields that are not sent (also in [cache])"),
    ROW("header", "when-type", glob, conf_rule, when_type, NULL,
        "rule holds for these media types only, as image/* (also in [cache])"),
    ROW("header", "when-status", count, conf_rule, when_status, NULL,
        "rule holds for this status only, 200 for 206 and 304 as well (also in [cache])", RANGE(100, 599)),

    ROW("pace", "delay", duration, conf_pace, delay_ms, NULL,
        "time from a request to the first byte of its answer",
        RANGE(0, 60000), .flag = offsetof(struct conf_pace, set_delay)),
    ROW("pace", "rate", size, conf_pace, rate, NULL,
        "bytes of content a second, of each response; 0: as fast as it goes",
        RANGE(0, GIB(1)), .flag = offsetof(struct conf_pace, set_rate)),

    ROW("access", "basic", path, conf_access, basic, NULL,
        "file of users and hashes (etagd passwd), read at start and reload; off: for all",
        .flags = KEY_OFF, .flag = offsetof(struct conf_access, set_basic)),
    ROW("access", "realm", field, conf_access, realm, NULL,
        "what the password is for, as browsers show it; without one: restricted",
        .flag = offsetof(struct conf_access, set_realm)),
    ROW("access", "attempts", count, conf_access, attempts, NULL,
        "wrong passwords of an address in a minute until 429; without one: 20; 0: no limit",
        RANGE(0, 1000), .flag = offsetof(struct conf_access, set_attempts)),

    ROW("alias", "root", dir, conf_alias, root, NULL,
        "directory that stands for the prefix", .flags = KEY_REQUIRED),

    ROW("redirect", "to", to, conf_redirect, to, NULL,
        "absolute path or http(s) URL; $1 is what the pattern's * stands for",
        .flags = KEY_REQUIRED),
    ROW("redirect", "status", redirect_status, conf_redirect, status, "308",
        "301, 302, 303, 307 or 308"),
};
/* clang-format on */

const size_t keys_n = sizeof keys / sizeof keys[0];
_Static_assert(sizeof keys / sizeof keys[0] <= KEYS_MAX, "KEYS_MAX");

const struct section_row sections[] = {
    { "server", NULL, SECTION_OPTIONS,
      "processes, addresses, the default site" },
    { "timeouts", NULL, SECTION_OPTIONS, "how long etagd waits" },
    { "limits", NULL, SECTION_OPTIONS, "how much a client may use" },
    { "log", NULL, SECTION_OPTIONS, "access log and error log" },
    { "media", NULL, SECTION_OPTIONS, "media types" },
    { "prepare", NULL, SECTION_OPTIONS, "what is made of a file beforehand" },
    { "observe", NULL, SECTION_OPTIONS, "the page that shows what happens" },
    { "metrics", NULL, SECTION_OPTIONS, "what Prometheus asks for" },
    { "health", NULL, SECTION_OPTIONS,
      "what balancers and supervisors ask for" },
    { "proxy", NULL, SECTION_OPTIONS,
      "proxies in front that name their clients" },
    { "cache", "PATTERN", SECTION_RULE,
      "caching of what matches; any other field may be set too" },
    { "header", "PATTERN", SECTION_RULE,
      "response fields, NAME = VALUE, of what matches" },
    { "pace", "PATTERN", SECTION_PACE,
      "answers that take longer: latency and bandwidth" },
    { "access", "PATTERN", SECTION_ACCESS,
      "what only those with a password may have" },
    { "host", "NAME...", SECTION_HOST,
      "a site of its own; what it leaves out is [server]'s" },
    { "alias", "/PREFIX/", SECTION_ALIAS,
      "another directory for a part of the paths" },
    { "redirect", "PATTERN", SECTION_REDIRECT,
      "paths that have moved (POST, PUT, PATCH and DELETE are redirected, too)" },
};
const size_t sections_n = sizeof sections / sizeof sections[0];

bool key_in_section(const struct key *k, const char *section)
{
    if (!strcmp(section, "host"))
        return (k->flags & KEY_HOST) != 0;
    /* [cache] has what [header] has, and more */
    if (!strcmp(section, "cache") && !strcmp(k->section, "header"))
        return true;
    return !strcmp(k->section, section);
}

/* fields: among names of fields, which compare without case (RFC 9110 5.1) */
static bool name_matches(const struct key *k, bool fields, struct span name)
{
    if (k->type == &value_error_page)
        return name.n == 9 && span_starts(name, SPAN("error-")) &&
               chars_is(name.p[6], CHAR_DIGIT) &&
               chars_is(name.p[7], CHAR_DIGIT) &&
               chars_is(name.p[8], CHAR_DIGIT);
    return fields ? span_eq_nocase(name, span_str(k->name))
                  : span_eq(name, span_str(k->name));
}

const struct key *key_find(const char *section, struct span name)
{
    bool fields = !strcmp(section, "cache") || !strcmp(section, "header");

    for (size_t i = 0; i < keys_n; i++) {
        if (name_matches(&keys[i], fields, name) &&
            key_in_section(&keys[i], section))
            return &keys[i];
    }
    return NULL;
}

const struct section_row *section_find(struct span word)
{
    for (size_t i = 0; i < sections_n; i++) {
        if (span_eq(word, span_str(sections[i].word)))
            return &sections[i];
    }
    return NULL;
}
