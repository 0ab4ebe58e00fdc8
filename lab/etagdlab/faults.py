# SPDX-License-Identifier: MIT
"""faults: what can be wrong with a request, by the server's words for it, in the
sentences of its error pages.  A test holds them beside src/http/fault.h and
src/http/wording.c."""

# word: (sentence, in Chinese), without their full stops
TABLE = {
    "empty-lines": (
        "More empty lines than one came before the request line",
        "请求行之前的空行多于一行"),
    "bare-lf": (
        "A line ended with LF alone; HTTP lines end with CR LF",
        "有一行只以 LF 结尾；HTTP 的行以 CR LF 结尾"),
    "bare-cr": (
        "A CR was not followed by LF",
        "CR 之后没有 LF"),
    "control": (
        "There is a control character (or NUL) in the request head",
        "请求头部中有控制字符（或 NUL）"),
    "method": (
        "The method is not a token",
        "请求方法不是合法的记号（token）"),
    "method-long": (
        "The method is longer than any that exists",
        "请求方法比任何已知的方法都长"),
    "line-spaces": (
        "Method, target and version are separated by exactly one space each",
        "方法、目标和版本之间各用恰好一个空格分隔"),
    "target": (
        "The request target has a character that must be percent-encoded",
        "请求目标中有必须用百分号编码的字符"),
    "target-long": (
        "The request target is longer than this server reads",
        "请求目标超过本服务器读取的长度"),
    "version": (
        "The protocol version is malformed",
        "协议版本的格式不正确"),
    "http09": (
        "HTTP/0.9 requests are not served",
        "本服务器不提供 HTTP/0.9 的请求"),
    "version-unsupported": (
        "Only HTTP/1.0 and HTTP/1.1 are spoken here",
        "本服务器只使用 HTTP/1.0 和 HTTP/1.1"),
    "folded": (
        "Folded field lines are obsolete and refused",
        "折行的字段已经废弃，不予接受"),
    "field-name": (
        "A field name is empty or not a token",
        "有一个字段名为空，或者不是合法的记号（token）"),
    "field-space": (
        "There is white space between a field name and its colon",
        "字段名与冒号之间有空白"),
    "field-colon": (
        "A field line has no colon",
        "有一个字段行没有冒号"),
    "fields-many": (
        "There are more field lines than this server reads",
        "字段行的数目超过本服务器读取的上限"),
    "field-long": (
        "A field line is longer than this server reads",
        "有一个字段行超过本服务器读取的长度"),
    "head-long": (
        "The request head is longer than this server reads",
        "请求头部超过本服务器读取的长度"),
    "length": (
        "Content-Length is not one plain decimal number",
        "Content-Length 不是一个普通的十进制数"),
    "length-repeated": (
        "Content-Length came more than once",
        "Content-Length 出现了不止一次"),
    "length-and-coding": (
        "Content-Length and Transfer-Encoding came together",
        "Content-Length 与 Transfer-Encoding 同时出现"),
    "transfer-coding": (
        "Transfer-Encoding does not end with exactly one \"chunked\"",
        "Transfer-Encoding 没有以恰好一个 chunked 结尾"),
    "transfer-coding-unknown": (
        "This transfer coding is not implemented",
        "没有实现这种传输编码"),
    "transfer-coding-http10": (
        "Transfer-Encoding does not exist in HTTP/1.0",
        "HTTP/1.0 中没有 Transfer-Encoding"),
    "chunk-size": (
        "A chunk size is malformed or too large",
        "有一个分块的大小格式不正确，或者太大"),
    "chunk-ext": (
        "A chunk extension is malformed or too long",
        "有一个分块扩展格式不正确，或者太长"),
    "chunk-end": (
        "A chunk does not end with CR LF where its size says",
        "有一个分块没有在其大小所说的位置以 CR LF 结束"),
    "trailer": (
        "A trailer field is malformed",
        "有一个尾部字段的格式不正确"),
    "trailer-long": (
        "The trailer section is longer than this server reads",
        "尾部字段超过本服务器读取的长度"),
    "body-long": (
        "The request content is longer than this server reads",
        "请求内容超过本服务器读取的长度"),
    "host-missing": (
        "An HTTP/1.1 request needs a Host field",
        "HTTP/1.1 的请求必须有 Host 字段"),
    "host-empty": (
        "The Host field names no host, and neither does the target",
        "Host 字段没有写出主机，请求目标也没有"),
    "host-repeated": (
        "The Host field came more than once",
        "Host 字段出现了不止一次"),
    "host": (
        "The Host field (or the target's authority) is malformed",
        "Host 字段（或请求目标中的主机）格式不正确"),
    "target-form": (
        "This form of request target does not go with this method",
        "这种形式的请求目标不适用于这个方法"),
    "target-scheme": (
        "Only http and https targets are served",
        "只提供 http 和 https 的目标"),
    "target-percent": (
        "A percent sign is not followed by two hexadecimal digits",
        "百分号后面没有两个十六进制数字"),
    "target-nul": (
        "The request target holds an encoded NUL or control character",
        "请求目标中有编码后的 NUL 或控制字符"),
    "target-utf8": (
        "The request target's percent-encoded bytes are not valid UTF-8",
        "请求目标中百分号编码的字节不是合法的 UTF-8"),
    "target-above": (
        "The request target climbs above the root",
        "请求目标越过了根目录"),
    "target-slash": (
        "No name has a slash inside: %2F names nothing here",
        "名称中不能有斜杠：%2F 在这里不指任何东西"),
    "expect": (
        "The only expectation known is 100-continue",
        "已知的期望只有 100-continue"),
}
SENTENCES = {word: sentence for word, (sentence, _) in TABLE.items()}
FAULTS = dict(TABLE.values())
