/* SPDX-License-Identifier: MIT
 *
 * main: the command line; hands over to the master.
 * Exit status: 0 clean end, 1 could not start, 2 bad usage or configuration.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "conf/dump.h"
#include "conf/load.h"
#include "config.h"
#include "master/master.h"
#include "observe/watch.h"
#include "os/process.h"
#include "tool/budget.h"
#include "tool/check.h"
#include "tool/explain.h"
#include "tool/lab.h"
#include "tool/mime.h"

enum action { ACTION_SERVE, ACTION_CHECK, ACTION_DUMP, ACTION_BUDGET };

struct options {
    enum action action;
    const char *file, *dir;
    const char **override;
    size_t n_override;
};

static const char usage[] =
    "usage: etagd [-c FILE] [-t] [--dump-config] [-o section.key=value]... "
    "[DIR]\n"
    "       etagd check -c FILE [--json] [--after TIME]\n"
    "       etagd explain [-c FILE | DIR] [-H 'NAME: VALUE']... /PATH\n"
    "       etagd mime FILE...\n"
    "       etagd lab|annotate [--help] ...\n"
    "       etagd watch [-a] [URL]\n"
    "  -c, --config FILE        serve as FILE says\n"
    "  DIR                      serve DIR on http://127.0.0.1:5000/, nothing "
    "cached\n"
    "  -o section.key=value     override one option (repeatable)\n"
    "  -t, --test               check the configuration and end\n"
    "      --dump-config        print the effective configuration\n"
    "      --show-budget        add up the memory that the configuration "
    "allows\n"
    "      --help-config        print every option with its default\n"
    "  -V, --version            print the version\n"
    "  -h, --help               print this\n"
    "  explain                  print what a request would be answered with, "
    "and why\n"
    "  mime                     print which media type a file gets, and why\n"
    "  watch                    show what the observer of a server tells\n"
    "                           (a DIR of such a name is written ./explain)\n";

enum { OPTION_DUMP = 256, OPTION_BUDGET, OPTION_HELP_CONFIG };

static const struct option long_options[] = {
    { "config", required_argument, NULL, 'c' },
    { "test", no_argument, NULL, 't' },
    { "dump-config", no_argument, NULL, OPTION_DUMP },
    { "show-budget", no_argument, NULL, OPTION_BUDGET },
    { "help-config", no_argument, NULL, OPTION_HELP_CONFIG },
    { "version", no_argument, NULL, 'V' },
    { "help", no_argument, NULL, 'h' },
    { NULL, 0, NULL, 0 },
};

static void bad_usage(const char *why)
{
    fprintf(stderr, "etagd: %s\n%s", why, usage);
    exit(2);
}

/* Options that answer at once end the program here. */
static void parse(struct options *o, int argc, char **argv)
{
    int c;

    while ((c = getopt_long(argc, argv, "c:o:tVh", long_options, NULL)) != -1) {
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
        case 'V':
            printf("etagd %s\n", PACKAGE_VERSION);
            exit(0);
        case 'h':
            fputs(usage, stdout);
            exit(0);
        default:
            fputs(usage, stderr);
            exit(2);
        }
    }
    if (optind < argc)
        o->dir = argv[optind++];
    if (optind < argc)
        bad_usage("only one DIR can be served this way");
    if (o->file && o->dir)
        bad_usage("either -c FILE or DIR, not both");
    if (!o->file && !o->dir)
        bad_usage("nothing to serve: give -c FILE or DIR");
}

static void print(const struct conf_faults *f, const char *prefix)
{
    for (size_t i = 0; i < f->n; i++)
        fprintf(stderr, "%s%s\n", prefix, f->text[i]);
}

/* "etagd explain ...": -1 when the first word is none of these. */
static int tool(int argc, char **argv)
{
    static const struct {
        const char *word;
        int (*run)(int, char **);
    } tools[] = { { "check", check_main },
                  { "explain", explain_main },
                  { "mime", mime_main },
                  { "watch", watch_main } };

    for (size_t i = 0; argc > 1 && i < sizeof tools / sizeof *tools; i++) {
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
    struct conf_faults faults = { NULL, 0 }, warnings = { NULL, 0 };

    process_standard_descriptors();
    int status = tool(argc, argv);
    if (status >= 0)
        return status;
    o.override = calloc((size_t)argc, sizeof o.override[0]);
    if (!o.override)
        return 1;
    parse(&o, argc, argv);
    struct conf_source source = { o.file, o.dir, o.override, o.n_override };
    struct conf *conf = conf_load(&source, &faults, &warnings);
    print(&faults, "");
    print(&warnings, "warning: ");
    conf_faults_free(&warnings);
    if (!conf) {
        fprintf(stderr,
                "etagd: %zu fault%s in the configuration; nothing was "
                "started\n",
                faults.n, faults.n == 1 ? "" : "s");
        conf_faults_free(&faults);
        free(o.override);
        return 2;
    }
    conf_faults_free(&faults);
    status = 0;
    if (o.action == ACTION_SERVE) {
        status = master_run(conf, &source);
    } else {
        if (o.action == ACTION_DUMP)
            conf_dump(conf, stdout);
        else if (o.action == ACTION_BUDGET)
            budget_show(conf, stdout);
        else
            fprintf(stderr, "etagd: the configuration is good\n");
        conf_free(conf);
    }
    free(o.override);
    return status;
}
