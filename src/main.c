/* SPDX-License-Identifier: MIT
 *
 * main: the command line; hands over to the master.
 * Exit status: 0 clean end, 1 could not start, 2 bad usage or configuration.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/built.h"
#include "base/cmdline.h"
#include "base/plural.h"
#include "base/suggest.h"
#include "conf/dump.h"
#include "conf/load.h"
#include "config.h"
#include "master/boxed.h"
#include "master/logform.h"
#include "master/master.h"
#include "master/remote.h"
#include "observe/observer.h"
#include "observe/watch_client.h"
#include "os/heap.h"
#include "os/inherit.h"
#include "os/log.h"
#include "os/process.h"
#include "os/signals.h"
#include "os/title.h"
#include "tool/show_budget.h"
#include "tool/checkup.h"
#include "tool/explain.h"
#include "tool/lab.h"
#include "tool/libraries.h"
#include "tool/mime.h"
#include "tool/passwd.h"
#include "tool/precompress.h"
#include "tool/usage.h"

enum action {
    ACTION_SERVE,
    ACTION_CHECK,
    ACTION_DUMP,
    ACTION_BUDGET,
    ACTION_ASK
};

struct options {
    enum action action;
    const char *file, *dir;
    const char *word, *control; /* ACTION_ASK: what, and where */
    const char **override;
    size_t n_override;
};

enum {
    OPTION_DUMP = 256,
    OPTION_BUDGET,
    OPTION_HELP_CONFIG,
    OPTION_RELOAD,
    OPTION_STOP,
    OPTION_FINISH,
    OPTION_DRAIN,
    OPTION_REOPEN,
    OPTION_STATUS,
    OPTION_CONTROL
};

static const struct option long_options[] = {
    { "config", required_argument, NULL, 'c' },
    { "test", no_argument, NULL, 't' },
    { "dump-config", no_argument, NULL, OPTION_DUMP },
    { "show-budget", no_argument, NULL, OPTION_BUDGET },
    { "help-config", no_argument, NULL, OPTION_HELP_CONFIG },
    { "reload", no_argument, NULL, OPTION_RELOAD },
    { "stop", no_argument, NULL, OPTION_STOP },
    { "finish", no_argument, NULL, OPTION_FINISH },
    { "drain", no_argument, NULL, OPTION_DRAIN },
    { "reopen", no_argument, NULL, OPTION_REOPEN },
    { "status", optional_argument, NULL, OPTION_STATUS },
    { "control", required_argument, NULL, OPTION_CONTROL },
    { "version", no_argument, NULL, 'V' },
    { "help", no_argument, NULL, 'h' },
    { NULL, 0, NULL, 0 },
};

static void show_version(void)
{
    printf("etagd %s\n", PACKAGE_VERSION);
    for (enum built p = 0; p < BUILT_COUNT; p++) {
        if (!built_with(p))
            printf("built without %s: %s\n", built_name(p), built_loss(p));
    }
}

#define NAME "etagd"

static const struct {
    const char *word;
    int (*run)(int, char **);
} tools[] = { { "check", check_main },
              { "explain", explain_main },
              { "mime", mime_main },
              { "passwd", passwd_main },
              { "precompress", precompress_main },
              { "watch", watch_main } };

#define TOOLS (sizeof tools / sizeof *tools)

static void bad_usage(const char *why)
{
    exit(cmdline_wrong(NAME, "%s", why));
}

/* A word that names no folder may be a command, or an option without dashes. */
static void no_folder(const char *word)
{
    struct suggest tool = suggest_for(span_str(word)), option;

    for (size_t i = 0; i < TOOLS; i++)
        suggest_offer(&tool, tools[i].word);
    option = tool;
    option.best = NULL;
    for (const struct option *o = long_options; o->name; o++)
        suggest_offer(&option, o->name);
    if (option.best)
        exit(cmdline_wrong(NAME, "there is no folder %s; did you mean %s --%s?",
                           word, NAME, option.best));
    if (tool.best)
        exit(cmdline_wrong(NAME, "there is no folder %s; did you mean %s %s?",
                           word, NAME, tool.best));
    exit(cmdline_wrong(NAME, "there is no folder %s", word));
}

/* What else is wrong with it is said as of any other root. */
static void look_at_folder(const char *dir)
{
    int fd = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);

    if (fd >= 0)
        close(fd);
    else if (errno == ENOENT)
        no_folder(dir);
    else if (errno == ENOTDIR)
        exit(cmdline_wrong(NAME,
                           "%s is not a folder; a configuration is named by "
                           "-c %s",
                           dir, dir));
}

static void ask_for(struct options *o, const char *word)
{
    if (o->word)
        bad_usage("one command at a time");
    o->action = ACTION_ASK;
    o->word = word;
}

/* --help and the like end the program here. */
static void take(struct options *o, int c)
{
    switch (c) {
    case 'c':
        o->file = optarg;
        break;
    case 'o':
        o->override[o->n_override++] = optarg;
        break;
    case 't':
        o->action = ACTION_CHECK;
        break;
    case OPTION_DUMP:
        o->action = ACTION_DUMP;
        break;
    case OPTION_BUDGET:
        o->action = ACTION_BUDGET;
        break;
    case OPTION_HELP_CONFIG:
        conf_help(stdout);
        exit(0);
    case OPTION_RELOAD:
        ask_for(o, "reload");
        break;
    case OPTION_STOP:
        ask_for(o, "stop");
        break;
    case OPTION_FINISH:
        ask_for(o, "finish");
        break;
    case OPTION_DRAIN:
        ask_for(o, "drain");
        break;
    case OPTION_REOPEN:
        ask_for(o, "reopen");
        break;
    case OPTION_STATUS:
        if (optarg && strcmp(optarg, "json") != 0)
            bad_usage("--status is printed as text, or as json");
        ask_for(o, optarg ? "json" : "status");
        break;
    case OPTION_CONTROL:
        o->control = optarg;
        break;
    case 'V':
        show_version();
        exit(0);
    case 'h':
        fputs(usage_text(), stdout);
        exit(0);
    default:
        exit(2);
    }
}

static void parse(struct options *o, int argc, char **argv)
{
    int c;

    while ((c = cmdline_next(NAME, argc, argv, ":c:o:tVh", long_options)) != -1)
        take(o, c);
    if (optind < argc)
        o->dir = argv[optind++];
    if (o->dir && o->action != ACTION_ASK && !o->file)
        look_at_folder(o->dir);
    if (optind < argc)
        bad_usage("one DIR is served this way, not two");
    if (o->file && o->dir)
        bad_usage("either -c FILE or DIR, not both");
    if (o->action == ACTION_ASK && o->dir)
        bad_usage("a running etagd is reached by -c FILE or --control SOCKET, "
                  "not by its DIR");
    if (o->control && o->action != ACTION_ASK)
        bad_usage("--control goes with --reload, --status and the like");
    if (o->action == ACTION_ASK && !o->file && !o->control)
        o->control = "/run/etagd/control"; /* as in the unit */
    if (!o->file && !o->dir && o->action != ACTION_ASK)
        bad_usage("nothing to serve: give -c FILE or DIR");
}

static void print(const struct conf_faults *f, const char *prefix)
{
    for (size_t i = 0; i < f->n; i++)
        fprintf(stderr, "%s%s\n", prefix, f->text[i]);
}

/* Where each line of the log is an object, these are, too. */
static void log_all(const struct conf *conf, const struct conf_faults *f)
{
    logform_set(&conf->log);
    log_role("master");
    for (size_t i = 0; i < f->n; i++)
        log_line(LOG_WARN_, LOG_ON(conf->file), "M156", "%s", f->text[i]);
}

/* NULL: there are faults, which have been printed. */
static struct conf *load(const struct conf_source *source, enum action action)
{
    struct conf_faults faults = { NULL, 0 }, warnings = { NULL, 0 };
    struct conf *conf = conf_load(source, &faults, &warnings);

    print(&faults, "");
    if (conf && action == ACTION_SERVE &&
        conf->log.error_format == LOG_ERROR_JSON)
        log_all(conf, &warnings);
    else if (action != ACTION_ASK)
        print(&warnings, "warning: ");
    if (!conf && source->file)
        fprintf(stderr,
                "etagd: %zu fault%s in the configuration; nothing was "
                "%s\n",
                faults.n, plural(faults.n),
                action != ACTION_ASK ? "started" : "changed");
    conf_faults_free(&warnings);
    conf_faults_free(&faults);
    return conf;
}

/* The socket is where the file says; the master tells of faults in the rest. */
static int ask(const struct options *o, struct conf_source *source)
{
    struct conf *conf = NULL;
    int status = 2;

    if (o->control)
        return remote_ask(o->control, o->word);
    source->sockets_passed = true; /* maybe in another network than this one */
    conf = load(source, o->action);
    if (!conf)
        return 2;
    if (conf->control)
        status = remote_ask(conf->control, o->word);
    else
        fprintf(stderr,
                "etagd: %s has no [server] control: the master can be "
                "reached by signals only\n",
                o->file);
    conf_free(conf);
    return status;
}

static int run(const struct options *o, char **argv)
{
    static struct inherit inherit;
    struct conf_source source = { .file = o->file,
                                  .ad_hoc_dir = o->dir,
                                  .override = o->override,
                                  .n_override = o->n_override };

    int status = 0;

    if (o->action == ACTION_ASK)
        return ask(o, &source);
    if (!inherit_take(&inherit)) {
        fprintf(stderr, "etagd: more than %d sockets were passed\n",
                INHERIT_MAX);
        return 1;
    }
    source.sockets_passed = inherit.activated;
    boxed_look(&source);
    struct conf *conf = load(&source, o->action);
    if (!conf)
        return 2;
    observer_foresees(check_foresee);
    if (o->action == ACTION_SERVE)
        return master_run(conf, &source, &inherit, argv);
    if (o->action == ACTION_DUMP)
        conf_dump(conf, stdout);
    else if (o->action == ACTION_BUDGET)
        budget_show(conf, stdout);
    else if (!libraries_there(conf))
        status = 1;
    else
        fprintf(stderr, "etagd: the configuration is good\n");
    conf_free(conf);
    return status;
}

/* "etagd explain ...": -1 when the first word is none of these. */
static int tool(int argc, char **argv)
{
    for (size_t i = 0; argc > 1 && i < TOOLS; i++) {
        if (strcmp(argv[1], tools[i].word) == 0)
            return tools[i].run(argc - 1, argv + 1);
    }
    if (argc > 1 && lab_knows(argv[1]))
        return lab_become(argv + 1);
    return -1;
}

int main(int argc, char **argv)
{
    struct options o = { .action = ACTION_SERVE };

    heap_begin();
    argv = title_begin(argc, argv);
    process_standard_descriptors();
    signals_own();
    int status = tool(argc, argv);
    if (status >= 0)
        return status;
    o.override = calloc((size_t)argc, sizeof o.override[0]);
    if (!o.override)
        return 1;
    parse(&o, argc, argv);
    status = run(&o, argv);
    free(o.override);
    return status;
}
