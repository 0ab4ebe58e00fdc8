/* SPDX-License-Identifier: MIT
 *
 * library: system libraries that only some processes need: these open them by
 * themselves, before they give up their rights.
 * Layer: os.
 * Each is a structure of pointers to its functions, made from a list of calls,
 * so that the compiler checks each call by the library's own header:
 *
 *     #define CALLS(X) X(magic_open) X(magic_load)
 *     LIBRARY_CALLS(magic, CALLS);
 *     LIBRARY(static, magic, CALLS, SONAME_MAGIC, "required", "media types");
 *
 * is `struct magic_calls magic`, `magic.magic_load(...)`, and a note in the
 * program's file by which packages learn of it
 * (https://systemd.io/ELF_DLOPEN_METADATA).  Where configure found no shared
 * libraries, or was told to (--disable-late-libraries), the pointers are there
 * from the start, and the linker finds the functions.
 */
#ifndef ETAGD_OS_LIBRARY_H
#define ETAGD_OS_LIBRARY_H

#include "config.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct library {
    const char *file; /* its soname; NULL: linked */
    const char *const *names;
    size_t n;
    void *calls; /* n pointers */
};

#define LIBRARY_WHY 256

/* All its functions, or false, with the reason. */
bool library_open(const struct library *l, char why[LIBRARY_WHY]);

#define LIBRARY_MEMBER(f) __typeof__(&(f)) f;
#define LIBRARY_NAME(f) #f,
#define LIBRARY_POINTER(f) .f = (f),

/* The structure alone, for a header; its variable is `extern` then. */
#define LIBRARY_CALLS(name, calls) \
    struct name##_calls {          \
        calls(LIBRARY_MEMBER)      \
    }

/* storage: static, or nothing.  priority: required, recommended. */
#if defined ETAGD_LATE_LIBRARIES && !defined ETAGD_LINK_LIBRARIES
#define LIBRARY(storage, name, calls, soname, priority, what)                \
    storage struct name##_calls name;                                        \
    static const char *const name##_names[] = { calls(LIBRARY_NAME) };       \
    _Static_assert(sizeof name == sizeof name##_names, "pointers alone");    \
    static const struct library name##_library = { soname, name##_names,     \
                                                   sizeof name##_names /     \
                                                       sizeof *name##_names, \
                                                   &name };                  \
    LIBRARY_NOTE(name, "[{\"feature\":\"" #name "\",\"description\":\"" what \
                       "\",\"priority\":\"" priority                         \
                       "\",\"soname\":[\"" soname "\"]}]")
#define LIBRARY_NOTE(of, json)                                 \
    static const struct {                                      \
        uint32_t name_bytes, bytes, type;                      \
        char name[4];                                          \
        _Alignas(uint32_t) char text[sizeof(json)];            \
    } of##_note __attribute__((used, section(".note.dlopen"),  \
                               aligned(sizeof(uint32_t)))) = { \
        4, sizeof(json), 0x407c0c0a, "FDO", json               \
    }
#else
/* used: late-libraries needs what it never calls. */
#define LIBRARY(storage, name, calls, soname, priority, what)         \
    storage __attribute__((used)) struct name##_calls name = { calls( \
        LIBRARY_POINTER) };                                           \
    static const struct library name##_library = { NULL, NULL, 0, NULL }
#endif

#endif
