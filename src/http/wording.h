/* SPDX-License-Identifier: MIT
 *
 * wording: what etagd's own pages say, in the languages that they speak.
 * Layer: http (pure).  One row each with both texts, so that none can be
 * forgotten; which language a reader gets is accept_language()'s choice.  Log
 * lines, field values and JSON stay English: programs read them.
 */
#ifndef ETAGD_HTTP_WORDING_H
#define ETAGD_HTTP_WORDING_H

#include "http/fault.h"
#include "http/reason.h"

/* Order = the server's preference. */
enum language { LANGUAGE_EN, LANGUAGE_ZH, LANGUAGE_COUNT };

/* "zh-CN", as in Content-Language and markup. */
const char *language_tag(enum language l);

/* A text in each language: UTF-8 without markup; "": none. */
struct wording {
    const char *in[LANGUAGE_COUNT];
};

/* X(enumerator, English, Chinese) */
#define WORD_ROWS(X)                                                           \
    /* under a status */                                                       \
    X(NOTHING, "", "")                                                         \
    X(NO_PLACE, "No place is free just now.", "现在没有空位。")                \
    X(RANGE_BEHIND, "The file ends before that range begins.",                 \
      "文件在这个范围开始之前就结束了。")                                      \
    X(OTHER_FILE, "The file is not the one you asked about.",                  \
      "文件已不是您所问的那一个。")                                            \
    X(WRONG_PASSWORD, "That name and that password do not belong together.",   \
      "用户名与密码不相符。")                                                  \
    X(ASKS_PASSWORD, "This is for those that have a password.",                \
      "这里只对持有密码的人开放。")                                            \
    X(ATTEMPTS, "There were too many wrong passwords. Wait a while.",          \
      "错误的密码太多。请稍候再试。")                                          \
    X(UNREADABLE, "The file is there, but this server may not read it.",       \
      "文件在这里，但本服务器无权读取。")                                      \
    X(NOT_A_FILE, "Only regular files are served.", "只提供普通文件。")        \
    X(NO_INDEX, "This directory has no index file.", "这个目录没有索引文件。") \
    X(OVERLOAD, "The server is at a limit just now. Try again in a moment.",   \
      "服务器现在已到上限。请稍后再试。")                                      \
    X(SYSTEM, "The file could not be read; the server's log says why.",        \
      "无法读取该文件；原因见服务器日志。")                                    \
    X(NOT_FOUND, "There is no such file here.", "这里没有这个文件。")          \
    X(METRICS_MANY,                                                            \
      "There are too many workers to be listed here: see [metrics] in the "    \
      "configuration.",                                                        \
      "工作进程太多，这里无法一一列出：见配置中的 [metrics]。")                \
    /* the observer's and the scraper's */                                     \
    X(WATCHERS, "So many watch that nobody else could ask.",                   \
      "观看者太多，别人无法再提问。")                                          \
    X(CONNECTION_UNKNOWN, "No such connection is known (any more).",           \
      "没有（或不再有）这个连接的记录。")                                      \
    X(UNFORESEEN, "Nothing is foreseen here.", "这里没有可预言的。")           \
    X(NO_SUCH_PAGE, "The observer has no such page.", "观察器没有这个页面。")  \
    X(ONLY_GET, "Only GET and HEAD are served here.",                          \
      "这里只接受 GET 和 HEAD。")                                              \
    X(OBSERVER_HOST,                                                           \
      "The observer is not served under that host name: see [observe] names "  \
      "in the configuration.",                                                 \
      "观察器不叫这个名字：见配置中 [observe] 的 names。")                     \
    X(OBSERVER_FULL, "The observer has no place left.", "观察器已没有空位。")  \
    X(MAY_NOT_ASK,                                                             \
      "This address may not ask: see [metrics] allow in the configuration.",   \
      "此地址不可询问：见配置中 [metrics] 的 allow。")                         \
    X(ONLY_METRICS, "There is /metrics here and nothing else.",                \
      "这里只有 /metrics。")                                                   \
    /* listings */                                                             \
    X(NAME, "Name", "名称")                                                    \
    X(SIZE, "Size", "大小")                                                    \
    X(CHANGED, "Changed (UTC)", "修改时间（UTC）")                             \
    X(PARENT, "Parent directory", "上级目录")                                  \
    X(ENTRY, "%1 entry", "%1 项")                                              \
    X(ENTRIES, "%1 entries", "%1 项")                                          \
    X(CUT, "There are more than these %1 entries: the list is cut",            \
      "不止这 %1 项：列表已截断")                                              \
    /* uploads */                                                              \
    X(COUNTED, "Counted and thrown away:", "已计数并丢弃：")                   \
    X(CONTENT, "Content", "内容")                                              \
    X(BYTES, "bytes", "字节")                                                  \
    X(SEGMENTS, "Segments", "报文段")                                          \
    X(SEGMENTS_OF, "with data, on this connection so far",                     \
      "个带数据，本连接至今")                                                  \
    X(TIME, "Time", "时间")                                                    \
    X(TIME_OF, "\xc2\xb5s since the request's first byte",                     \
      "\xc2\xb5s，自请求的第一个字节起")                                       \
    X(RATE, "Rate", "速率")                                                    \
    X(RATE_OF, "bytes a second", "字节每秒")                                   \
    X(AT_ONCE, "All of it came at once: there is no time to tell.",            \
      "全部内容同时到达：没有时间可言。")

enum word {
#define X(id, en, zh) WORD_##id,
    WORD_ROWS(X)
#undef X
        WORD_COUNT
};

struct wording wording(enum word w);

/* What was wrong with a request; nothing for FAULT_NONE
 * and FAULT_MORE. */
struct wording wording_fault(enum fault f);

/* Of a status without a row: "Unknown". */
struct wording wording_status(int code);

/* The sentence for a file that is not served; empty where
 * the status says it all. */
struct wording wording_refused(enum reason r);

#endif
