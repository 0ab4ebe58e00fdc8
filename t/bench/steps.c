/* SPDX-License-Identifier: MIT
 *
 * steps: counts the user-space instructions of a running thread, one by one.
 * Layer: bench (libc only).  Single-steps a process by ptrace until told to
 * stop (end of its standard input), then lets it go on unharmed.  Slow, some
 * microseconds an instruction, but it counts the very binary that runs, and
 * nothing inside a sandbox can be in its way as in callgrind's.  Prints
 * "attached" when it is on, at the end "total N" and one line "ADDRESS N" for
 * each address.  A string instruction with a repeat prefix counts once.
 */
#include <elf.h>
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SLOTS = 1 << 18 };

struct slot {
    uint64_t at, n;
};

static struct slot slots[SLOTS];
static uint64_t total;
static volatile sig_atomic_t stop;

static _Noreturn void die(const char *what)
{
    perror(what);
    exit(1);
}

static void count(uint64_t at)
{
    uint64_t i = (at * 0x9e3779b97f4a7c15u) >> 46;

    while (slots[i].n > 0 && slots[i].at != at)
        i = (i + 1) % SLOTS;
    slots[i].at = at;
    slots[i].n++;
    total++;
}

static uint64_t where(pid_t pid)
{
    struct user_regs_struct regs;
    struct iovec io = { &regs, sizeof regs };

    if (ptrace(PTRACE_GETREGSET, pid, NT_PRSTATUS, &io) < 0)
        die("PTRACE_GETREGSET");
#if defined(__x86_64__)
    return regs.rip;
#elif defined(__aarch64__)
    return regs.pc;
#else
    fprintf(stderr, "steps: where is the address of the instruction here?\n");
    exit(1);
#endif
}

static void on_stop(int number)
{
    (void)number;
    stop = 1;
}

/* A child waits for the end of our input and then wakes us by a signal, since
 * waitpid() cannot wait for a descriptor.  It goes on sending until we end, so
 * that one which comes just before waitpid() is not the last. */
static pid_t watch_input(void)
{
    pid_t parent = getpid();
    pid_t child = fork();
    char c;

    if (child < 0)
        die("fork");
    if (child > 0)
        return child;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    while (read(STDIN_FILENO, &c, 1) > 0)
        continue;
    while (kill(parent, SIGUSR1) == 0)
        usleep(10000);
    _exit(0);
}

/* The next stop of the thread; false: it is gone. */
static bool wait_stop(pid_t pid, int *status)
{
    bool asked = false;

    for (;;) {
        if (waitpid(pid, status, __WALL) == pid)
            return WIFSTOPPED(*status);
        if (errno != EINTR)
            return false;
        /* asleep in a system call, so it would never stop by itself */
        if (stop && !asked) {
            ptrace(PTRACE_INTERRUPT, pid, 0, 0);
            asked = true;
        }
    }
}

static void step(pid_t pid)
{
    uint64_t last = 0;
    int status;

    if (ptrace(PTRACE_SEIZE, pid, 0, 0) < 0 ||
        ptrace(PTRACE_INTERRUPT, pid, 0, 0) < 0)
        die("PTRACE_SEIZE");
    if (!wait_stop(pid, &status))
        die("waitpid");
    puts("attached");
    fflush(stdout);
    while (!stop) {
        int number = WSTOPSIG(status);
        bool own = number == SIGTRAP || status >> 16 == PTRACE_EVENT_STOP;
        uint64_t at = where(pid);
        if (ptrace(PTRACE_SINGLESTEP, pid, 0, own ? 0 : number) < 0 ||
            !wait_stop(pid, &status))
            die("the process ended");
        if (at != last && !stop)
            count(at);
        last = at;
    }
    ptrace(PTRACE_DETACH, pid, 0, 0);
}

int main(int argc, char **argv)
{
    struct sigaction action = { .sa_handler = on_stop };

    if (argc != 2) {
        fputs("usage: steps PID < pipe\n", stderr);
        return 2;
    }
    sigaction(SIGUSR1, &action, NULL);
    pid_t watcher = watch_input();
    step((pid_t)strtol(argv[1], NULL, 10));
    kill(watcher, SIGKILL);
    printf("total %llu\n", (unsigned long long)total);
    for (size_t i = 0; i < SLOTS; i++)
        if (slots[i].n > 0)
            printf("%llx %llu\n", (unsigned long long)slots[i].at,
                   (unsigned long long)slots[i].n);
    return 0;
}
