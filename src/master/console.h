/* SPDX-License-Identifier: MIT
 *
 * console: the master's control socket, for --reload, --stop, --status.
 * Layer: master.  Who may open the socket's file (mode 0600) may command.
 * Owns the socket and a handful of clients.
 *
 * A client sends one line with a word; the answer is a line with the exit
 * status for the client, then text, then the end of the connection.  An end
 * without an answer says that the word was not acted upon: another program has
 * taken the socket's name over, or there is no room; the client asks again.
 */
#ifndef ETAGD_MASTER_CONSOLE_H
#define ETAGD_MASTER_CONSOLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CONSOLE_CLIENTS 8

struct console_client {
    int fd; /* -1: free */
    char line[32];
    size_t n;
    uint64_t until_us;   /* its command is whole by then */
    unsigned generation; /* waits until that one serves or has failed */
    bool waits_for_end;
    bool waits_for_reload; /* that is not begun yet */
};

struct console {
    int fd; /* -1: none */
    char *path;
    struct console_client client[CONSOLE_CLIENTS];
};

struct master;

void console_begin(struct master *m);

/* The socket is where the configuration says from now on.  replace: a socket
 * of the program before this one may be there. */
void console_follow(struct master *m, const char *path, bool replace);

/* A program that was to follow this one may have taken the socket's name, and
 * has ended: another socket takes it back. */
void console_again(struct master *m);

/* Whether an event's tag is one of the console's; deals with it if so. */
bool console_event(struct master *m, const void *tag);

/* Ends clients whose command is not whole in time; milliseconds until there is
 * one to look at, or -1. */
int console_turn(struct master *m);

/* Whether somebody waits for a reload that is not begun yet. */
bool console_waits(const struct master *m);
/* Begins one, for those and for whoever else has asked. */
void console_reload(struct master *m);
/* Another program serves: those are to ask that one. */
void console_replaced(struct master *m);

/* Whoever waits for a generation waits for that one instead. */
void console_superseded(struct master *m, unsigned generation, unsigned by);
/* A generation serves (text: NULL) or does not come up. */
void console_outcome(struct master *m, unsigned generation, const char *text);
/* why: NULL where nobody knows. */
void console_failure(struct master *m, unsigned generation, const char *why);

/* Closes all; the socket's file goes too unless another program has it. */
void console_end(struct master *m);

#endif
