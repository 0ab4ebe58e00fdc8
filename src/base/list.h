/* SPDX-License-Identifier: MIT
 *
 * list: an intrusive doubly linked ring with a sentinel.
 * Layer: base.  Owns nothing; a node is in at most one list, and a node that is
 * in none points at itself: both are CHECKed where a node changes hands.
 */
#ifndef ETAGD_BASE_LIST_H
#define ETAGD_BASE_LIST_H

#include <stdbool.h>
#include <stddef.h>

#include "base/check.h"

struct list {
    struct list *next, *prev;
};

#define LIST_ENTRY(node, type, member) \
    ((type *)(void *)((char *)(node)-offsetof(type, member)))

static inline void list_init(struct list *l)
{
    l->next = l->prev = l;
}

static inline bool list_empty(const struct list *l)
{
    return l->next == l;
}

static inline void list_append(struct list *head, struct list *node)
{
    CHECK(node->next == node); /* in no list */
    CHECK(head->prev->next == head);
    node->prev = head->prev;
    node->next = head;
    head->prev->next = node;
    head->prev = node;
}

static inline void list_prepend(struct list *head, struct list *node)
{
    list_append(head->next, node);
}

static inline void list_remove(struct list *node)
{
    CHECK(node->prev->next == node);
    CHECK(node->next->prev == node);
    node->prev->next = node->next;
    node->next->prev = node->prev;
    list_init(node);
}

/* The first node of a ring that has one, out of it. */
static inline struct list *list_take(struct list *head)
{
    struct list *node = head->next;

    CHECK(node != head);
    CHECK(node->prev == head);
    head->next = node->next;
    node->next->prev = head;
    list_init(node);
    return node;
}

#endif
