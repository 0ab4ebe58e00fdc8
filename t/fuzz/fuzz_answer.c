/* SPDX-License-Identifier: MIT
 *
 * fuzz_answer: messages of a preparer that may have been taken over, to the
 * worker's end of the channel.  An input is a row of messages: a byte that
 * chooses the descriptor that goes along and how many bytes are sent, and a
 * struct prepare_answer.  Properties: what is taken has texts that may be in
 * a field and places within mapped, sealed memory whose bytes can be read;
 * after a fault nothing is promised; no descriptor and no mapping is lost.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fuzz.h"

#include "os/channel.h"
#include "prepare/client.h"
#include "prepare/seals.h"

#define AREA 8192
#define SENT_MAX 32
#define HOLDS_MAX 32

/* What may come along with a message. */
enum { NONE, SEALED, UNSEALED, NO_MEMORY, KINDS };

static int made[KINDS] = { -1, -1, -1, -1 };
static int channel[2] = { -1, -1 };

static int area(bool sealed)
{
    int fd = memfd_create("fuzz", MFD_CLOEXEC | MFD_ALLOW_SEALING);

    PROPERTY(fd >= 0 && ftruncate(fd, AREA) == 0);
    if (sealed)
        PROPERTY(fcntl(fd, F_ADD_SEALS, SLAB_SEALS) == 0);
    return fd;
}

static void make_once(void)
{
    if (channel[0] >= 0)
        return;
    made[SEALED] = area(true);
    made[UNSEALED] = area(false);
    made[NO_MEMORY] = open("/dev/null", O_RDONLY | O_CLOEXEC);
    PROPERTY(channel_pair(channel) == 0);
}

/* The lowest number that is free tells whether one was lost. */
static int lowest_free(void)
{
    int fd = fcntl(channel[0], F_DUPFD_CLOEXEC, 0);

    close(fd);
    return fd;
}

static bool text_ok(const char *s)
{
    const char *end = memchr(s, 0, MEDIA_TYPE_MAX);

    for (const char *p = s; end && p < end; p++) {
        unsigned char c = (unsigned char)*p;
        if (c == 127 || (c < ' ' && c != '\t'))
            return false;
    }
    return end != NULL;
}

static unsigned sum(const char *p, uint64_t n)
{
    unsigned s = 0;

    for (uint64_t i = 0; i < n; i++)
        s += (unsigned char)p[i];
    return s;
}

/* Holds what was taken, as the worker does, and reads all of it. */
static void check_taken(struct client *c, const struct prepare_answer *a,
                        uint64_t *held, unsigned *n_held)
{
    PROPERTY(a->kind <= PREPARE_DROP);
    PROPERTY(text_ok(a->type) && text_ok(a->magic));
    if (a->kind == PREPARE_DROP)
        return;
    if (a->kind == PREPARE_CODED)
        PROPERTY(a->coding > CODING_IDENTITY && a->coding < CODING_COUNT);
    if (a->place.slab == 0 || *n_held == HOLDS_MAX)
        return;
    PROPERTY(a->place.offset <= AREA &&
             a->place.bytes <= AREA - a->place.offset);
    const char *bytes = client_slab_hold(c, &a->place);
    PROPERTY(bytes && client_slab_fd(c, a->place.slab) >= 0);
    PROPERTY(sum(bytes, a->place.bytes) == 0);
    held[(*n_held)++] = a->place.slab;
}

static size_t send_one(const uint8_t *data, size_t size)
{
    char message[sizeof(struct prepare_answer) + 8];
    unsigned how = data[0];
    int *fd = &made[how % KINDS];
    size_t n = size - 1 < sizeof(struct prepare_answer)
                   ? size - 1
                   : sizeof(struct prepare_answer);
    size_t sent = n;

    memset(message, 0, sizeof message);
    memcpy(message, data + 1, n);
    if (how & 0x80) /* too short or too long */
        sent = sizeof message - (how >> 3 & 15);
    else
        sent = sizeof(struct prepare_answer);
    PROPERTY(channel_send(channel[0], message, sent, fd, *fd >= 0) == 0);
    return n + 1;
}

static void run(struct client *c, const uint8_t *data, size_t size)
{
    struct prepare_answer a;
    uint64_t held[HOLDS_MAX];
    unsigned n_held = 0;
    int rc = 0;

    for (int i = 0; i < SENT_MAX && size > 0 && rc >= 0; i++) {
        size_t used = send_one(data, size);
        data += used;
        size -= used;
        rc = client_take(c, &a);
        PROPERTY(rc != 0); /* there was one */
        if (rc > 0)
            check_taken(c, &a, held, &n_held);
    }
    /* one after the other, in the order in which they were asked for */
    for (unsigned i = 0; i < n_held; i++)
        client_slab_release(c, held[i]);
    PROPERTY(rc < 0 || client_take(c, &a) == 0);
    PROPERTY(rc >= 0 || rc == -EPROTO || rc == -ENOMEM);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    make_once();
    int before = lowest_free();
    struct client *c = client_new(channel[1]);

    PROPERTY(c);
    run(c, data, size);
    client_free(c);
    PROPERTY(lowest_free() == before);
    return 0;
}
