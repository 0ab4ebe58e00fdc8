/* SPDX-License-Identifier: MIT
 *
 * wording: the tables.
 * Layer: http (pure).
 */
#include "http/wording.h"

#include "base/check.h"
#include "http/status.h"

static const char *const tags[LANGUAGE_COUNT] = { "en", "zh-CN" };

static const struct wording words[WORD_COUNT] = {
#define X(id, en, zh) [WORD_##id] = { { en, zh } },
    WORD_ROWS(X)
#undef X
};

/* The English is the row's in fault.h, which `etagd explain` tells, too. */
static const char *const faults_zh[FAULT_COUNT] = {
    [FAULT_LINE_EMPTY] = "请求行之前的空行多于一行。",
    [FAULT_LINE_BARE_LF] = "有一行只以 LF 结尾；HTTP 的行以 CR LF 结尾。",
    [FAULT_LINE_BARE_CR] = "CR 之后没有 LF。",
    [FAULT_LINE_CONTROL] = "请求头部中有控制字符（或 NUL）。",
    [FAULT_METHOD_MALFORMED] = "请求方法不是合法的记号（token）。",
    [FAULT_METHOD_LONG] = "请求方法比任何已知的方法都长。",
    [FAULT_LINE_SPACES] = "方法、目标和版本之间各用恰好一个空格分隔。",
    [FAULT_TARGET_MALFORMED] = "请求目标中有必须用百分号编码的字符。",
    [FAULT_TARGET_LONG] = "请求目标超过本服务器读取的长度。",
    [FAULT_VERSION_MALFORMED] = "协议版本的格式不正确。",
    [FAULT_VERSION_09] = "本服务器不提供 HTTP/0.9 的请求。",
    [FAULT_VERSION_UNSUPPORTED] = "本服务器只使用 HTTP/1.0 和 HTTP/1.1。",
    [FAULT_FIELD_FOLDED] = "折行的字段已经废弃，不予接受。",
    [FAULT_FIELD_NAME] = "有一个字段名为空，或者不是合法的记号（token）。",
    [FAULT_FIELD_SPACE] = "字段名与冒号之间有空白。",
    [FAULT_FIELD_NO_COLON] = "有一个字段行没有冒号。",
    [FAULT_FIELD_MANY] = "字段行的数目超过本服务器读取的上限。",
    [FAULT_FIELD_LONG] = "有一个字段行超过本服务器读取的长度。",
    [FAULT_HEAD_LONG] = "请求头部超过本服务器读取的长度。",
    [FAULT_LENGTH_MALFORMED] = "Content-Length 不是一个普通的十进制数。",
    [FAULT_LENGTH_REPEATED] = "Content-Length 出现了不止一次。",
    [FAULT_LENGTH_AND_CODING] =
        "Content-Length 与 Transfer-Encoding 同时出现。",
    [FAULT_CODING_BAD] = "Transfer-Encoding 没有以恰好一个 chunked 结尾。",
    [FAULT_CODING_UNKNOWN] = "没有实现这种传输编码。",
    [FAULT_CODING_HTTP10] = "HTTP/1.0 中没有 Transfer-Encoding。",
    [FAULT_CHUNK_SIZE] = "有一个分块的大小格式不正确，或者太大。",
    [FAULT_CHUNK_EXT] = "有一个分块扩展格式不正确，或者太长。",
    [FAULT_CHUNK_END] = "有一个分块没有在其大小所说的位置以 CR LF 结束。",
    [FAULT_TRAILER_BAD] = "有一个尾部字段的格式不正确。",
    [FAULT_TRAILER_LONG] = "尾部字段超过本服务器读取的长度。",
    [FAULT_BODY_LONG] = "请求内容超过本服务器读取的长度。",
    [FAULT_HOST_MISSING] = "HTTP/1.1 的请求必须有 Host 字段。",
    [FAULT_HOST_EMPTY] = "Host 字段没有写出主机，请求目标也没有。",
    [FAULT_HOST_REPEATED] = "Host 字段出现了不止一次。",
    [FAULT_HOST_MALFORMED] = "Host 字段（或请求目标中的主机）格式不正确。",
    [FAULT_TARGET_FORM] = "这种形式的请求目标不适用于这个方法。",
    [FAULT_TARGET_SCHEME] = "只提供 http 和 https 的目标。",
    [FAULT_TARGET_PERCENT] = "百分号后面没有两个十六进制数字。",
    [FAULT_TARGET_NUL] = "请求目标中有编码后的 NUL 或控制字符。",
    [FAULT_TARGET_UTF8] = "请求目标中百分号编码的字节不是合法的 UTF-8。",
    [FAULT_TARGET_ABOVE] = "请求目标越过了根目录。",
    [FAULT_TARGET_SLASH] = "名称中不能有斜杠：%2F 在这里不指任何东西。",
    [FAULT_EXPECT_UNKNOWN] = "已知的期望只有 100-continue。",
};

/* What people say for it; the reason phrase of the status line is status.c's.
 */
static const struct {
    int code;
    const char *text;
} statuses_zh[] = {
    { 100, "继续" },
    { 101, "切换协议" },
    { 103, "预先提示" },
    { 200, "成功" },
    { 201, "已创建" },
    { 202, "已接受" },
    { 203, "非权威信息" },
    { 204, "没有内容" },
    { 205, "重置内容" },
    { 206, "部分内容" },
    { 300, "多种选择" },
    { 301, "永久移动" },
    { 302, "已找到" },
    { 303, "请看别处" },
    { 304, "未修改" },
    { 305, "使用代理" },
    { 307, "临时重定向" },
    { 308, "永久重定向" },
    { 400, "请求有误" },
    { 401, "需要验证身份" },
    { 402, "需要付费" },
    { 403, "禁止访问" },
    { 404, "找不到" },
    { 405, "不允许此方法" },
    { 406, "没有可接受的形式" },
    { 407, "需要向代理验证身份" },
    { 408, "请求超时" },
    { 409, "冲突" },
    { 410, "已不存在" },
    { 411, "需要长度" },
    { 412, "前提条件不成立" },
    { 413, "内容太大" },
    { 414, "URI 太长" },
    { 415, "不支持的媒体类型" },
    { 416, "范围无法满足" },
    { 417, "期望无法满足" },
    { 421, "请求送错了地方" },
    { 422, "内容无法处理" },
    { 425, "太早" },
    { 426, "需要升级协议" },
    { 428, "需要前提条件" },
    { 429, "请求太多" },
    { 431, "请求头部字段太大" },
    { 451, "因法律原因不可用" },
    { 500, "服务器内部错误" },
    { 501, "没有实现" },
    { 502, "网关出错" },
    { 503, "服务暂不可用" },
    { 504, "网关超时" },
    { 505, "不支持此 HTTP 版本" },
    { 511, "需要登录网络" },
};

static const struct {
    enum reason reason;
    enum word word;
} refusals[] = {
    { REASON_UNREADABLE, WORD_UNREADABLE },
    { REASON_NOT_A_FILE, WORD_NOT_A_FILE },
    { REASON_NO_INDEX, WORD_NO_INDEX },
    { REASON_OVERLOAD, WORD_OVERLOAD },
    { REASON_SYSTEM, WORD_SYSTEM },
    { REASON_NOT_FOUND, WORD_NOT_FOUND },
};

const char *language_tag(enum language l)
{
    CHECK(l < LANGUAGE_COUNT);
    return tags[l];
}

struct wording wording(enum word w)
{
    CHECK(w < WORD_COUNT);
    return words[w];
}

struct wording wording_fault(enum fault f)
{
    const char *en = fault_row(f)->text;

    if (f == FAULT_NONE || f == FAULT_MORE)
        return (struct wording){ { "", "" } };
    return (struct wording){ { en, faults_zh[f] } };
}

struct wording wording_status(int code)
{
    struct wording w = { { status_reason(code), "未知" } };

    for (size_t i = 0; i < sizeof statuses_zh / sizeof *statuses_zh; i++) {
        if (statuses_zh[i].code == code)
            w.in[LANGUAGE_ZH] = statuses_zh[i].text;
    }
    return w;
}

struct wording wording_refused(enum reason r)
{
    for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++) {
        if (refusals[i].reason == r)
            return wording(refusals[i].word);
    }
    return (struct wording){ { "", "" } };
}
