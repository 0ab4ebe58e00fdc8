# SPDX-License-Identifier: MIT
"""zh_notes: the server's reasons and endings, and what is noted beside packets,
in Chinese."""

NOTES = {
    "accepted": "已接受", " by worker %d": "，工作进程 %d",
    ", connection %d": "，连接 %d", " on connection %d": "，连接 %d",
    " of worker %d": "，工作进程 %d", "request %s": "请求 %s",
    "; it will carry no request": "；它不会承载任何请求",
    "the ledger does not name this connection": "账本中没有这个连接",
    " because ": "，因为", ": ": "：", "; %d bytes of content": "；内容 %d 字节",
    " in %s": "，编码 %s", "; took %d us": "；用时 %d 微秒",
    "closed: ": "关闭：", "reset: ": "复位：",
    "closed first by the client": "客户端先关闭",
    "closed first by the server": "服务器先关闭",
    "reset first by the client": "客户端复位",
    "reset first by the server": "服务器复位",
    " (but the client was first on the wire)": "（但在线路上客户端在先）",
    " (but the server was first on the wire)": "（但在线路上服务器在先）",
    ": after %.1f s of silence, so a timer fired (inferred)":
        "：静默 %.1f 秒之后，所以是定时器触发（推断）",
    ": it was never used": "：从未使用", "; an unused preconnect":
        "；未使用的预连接",
    # what is read aloud, and what is left
    "ladder of connection %d": "连接 %d 的时序图",
    "screenshot after step %d": "第 %d 步之后的截图", "step %d": "第 %d 步",
    "disk": "磁盘", "memory": "内存", "Made by etagd lab, %s.":
        "由 etagd lab（%s）生成。",
    "expected: %s": "预期：%s",
    "expected: %s; the browser says: ": "预期：%s；浏览器自述：",
    "step %d %s, %s: %s on the wire, but the browser says ":
        "第 %d 步 %s，%s：线路上为 %s，但浏览器自述",
    "step %d %s: %d requests in the capture, %d in the log":
        "第 %d 步 %s：抓包中 %d 个请求，日志中 %d 个",
    "request %s of port %s is not in the capture":
        "端口 %2$s 的第 %1$s 个请求不在抓包中",
    "packet %d: %d in the capture, %d in the log":
        "数据包 %d：抓包中为 %d，日志中为 %d",
    "packet %d: %s in the capture, %s in the log":
        "数据包 %d：抓包中为 %s，日志中为 %s",
    "%s captured nothing within %d s": "%s 在 %d 秒内没有抓到任何东西",
    "One command lets you capture:": "一条命令即可获得抓包权限：",
    " (then log in again)": "（然后重新登录）",
    "%d. port %d: %s": "%d. 端口 %d：%s",
    "Message by message": "逐条消息",
    "There is no capture, so no packet was seen: this is drawn from what the "
    "server tells. An arrow is a whole message, which may be many packets; "
    "dashed: it must have been, its time is not known. The client's ACKs are "
    "not told at all.":
        "没有抓包，没有看到任何数据包：此图按服务器所述绘制。一个箭头是一条完整的消息，"
        "可能由许多数据包组成；虚线：必然发生过，但时间未知。客户端的 ACK 完全没有记录。",
    "no right to open a packet socket (CAP_NET_RAW)":
        "没有打开数据包套接字的权限（CAP_NET_RAW）",
    "%s is not installed (Debian: apt-get install %s); it ":
        "没有安装 %s（Debian：apt-get install %s）；它",
    "is the browser that makes the visits": "是进行访问的浏览器",
    "captures the experiment's packets": "抓取实验的数据包",
    "shows annotated captures in a terminal": "在终端中显示带注释的抓包",
    "shows the kernel's table of connections": "显示内核的连接表",
    # the matrix
    "address typed": "输入地址", "link": "点击链接", "reload": "刷新",
    "back": "后退", "new browser": "新浏览器", "hard reload": "强制刷新",
    "the page itself: no-cache + ETag": "页面本身：no-cache + ETag",
    "no validator, no Cache-Control": "没有校验器，没有 Cache-Control",
    "Last-Modified of ten days ago": "十天前的 Last-Modified",
    "ETag only": "只有 ETag",
    "ETag + Last-Modified of ten days ago": "ETag + 十天前的 Last-Modified",
    "weak ETag, no-cache": "弱 ETag，no-cache",
    "a new ETag at every request, no-cache": "每次请求都有新的 ETag，no-cache",
    "Pragma: no-cache (as response header)": "Pragma: no-cache（应答字段）",
    "max-age=1, after 3 s": "max-age=1，3 秒之后",
    "max-age=1, stale-while-revalidate=60, after 3 s":
        "max-age=1, stale-while-revalidate=60，3 秒之后",
    "Expires in 1 h + ETag": "一小时后的 Expires + ETag",
    # annotate.REASONS
    "no precondition came with the request: the whole file":
        "请求没有带前提条件：整个文件",
    "the tag matches: If-None-Match names the tag of what is there now (RFC "
    "9110 13.1.2)":
        "标签相符：If-None-Match 指的正是现有内容的标签（RFC 9110 13.1.2）",
    "If-None-Match names another tag: the file is not what the client has (RFC "
    "9110 13.1.2)":
        "If-None-Match 指的是另一个标签：文件与客户端的副本不同（RFC 9110 13.1.2）",
    "If-Modified-Since is not older than the file (RFC 9110 13.1.3)":
        "If-Modified-Since 不早于文件（RFC 9110 13.1.3）",
    "the file is newer than If-Modified-Since (RFC 9110 13.1.3)":
        "文件比 If-Modified-Since 新（RFC 9110 13.1.3）",
    "the part that Range asks for (RFC 9110 14.2)":
        "Range 所请求的部分（RFC 9110 14.2）",
    "If-Range names another version: the whole file (RFC 9110 13.1.5)":
        "If-Range 指的是另一个版本：整个文件（RFC 9110 13.1.5）",
    "no such file (RFC 9110 15.5.5)": "没有这个文件（RFC 9110 15.5.5）",
    "the method is unknown (RFC 9110 15.6.2)": "未知的方法（RFC 9110 15.6.2）",
    # annotate.ENDS
    "the keep-alive timer fired: closed by the server, idle too long":
        "保活定时器触发：空闲太久，由服务器关闭",
    "the keep-alive timer fired: closed by the server, the connection was "
    "never used":
        "保活定时器触发：连接从未使用，由服务器关闭",
    "closed by the client, which never used it: a preconnect":
        "由客户端关闭，从未使用：预连接",
    "closed by the client": "由客户端关闭", "reset by the client": "客户端复位",
    "closed by the server, as the client had asked (Connection: close)":
        "应客户端要求（Connection: close），由服务器关闭",
    "closed by the server, which was stopped": "服务器停止，由服务器关闭",
    "closed by the server: this connection had all the requests that [limits] "
    "allows":
        "由服务器关闭：此连接的请求数已达到 [limits] 的上限",
    "closed by the server after a faulty request":
        "请求有误之后，由服务器关闭",
    "closed by the server: the request was too slow":
        "由服务器关闭：请求太慢",
    # the server's words for reasons (src/http/reason.h)
    "new": "新的请求", "tag matches": "标签相符", "tag differs": "标签不符",
    "not modified since": "此后未修改", "modified since": "此后已修改",
    "tag matches, but the bytes differ": "标签相符，但字节不同",
    "not modified since, but the bytes differ": "此后未修改，但字节不同",
    "range, but the bytes differ": "部分内容，但字节不同",
    "if-match fails": "If-Match 不成立",
    "if-unmodified-since fails": "If-Unmodified-Since 不成立",
    "precondition holds": "前提条件成立", "range": "部分内容",
    "if-range differs": "If-Range 不符", "range beyond the end": "超出文件末尾",
    "options": "询问选项", "cors preflight": "跨域预检", "directory": "目录",
    "redirect rule": "重定向规则", "listing": "目录列表",
    "fallback file": "后备文件", "previous release": "上一个版本的文件", "no such file": "没有这个文件",
    "dotfile": "以点开头的文件", "leaves the root": "离开了根目录",
    "symbolic link": "符号链接", "not readable": "不可读",
    "no index": "没有索引文件", "not a file": "不是文件",
    "method not allowed": "不允许的方法", "method unknown": "未知的方法",
    "unknown host": "未知的主机", "faulty request": "请求有误",
    "request too slow": "请求太慢", "overload": "过载",
    "it is for those that have a password, and none came":
        "只给有密码的人，而请求没有带密码",
    "that name and that password do not belong together":
        "用户名与密码不符",
    "no credentials": "没有凭据", "wrong credentials": "凭据不对",
    "too many attempts": "尝试次数太多",
    "system error": "系统错误", "ready": "就绪", "alive": "存活",
    "leaving": "正在离开", "warming": "正在预热",
    "upload": "上传", "to https": "转到 HTTPS",
    "file system does not answer": "文件系统没有应答",
    "HTTP/1.0 closes": "HTTP/1.0 关闭连接",
    # and for endings
    "open": "打开", "sent": "已发送", "client closed": "客户端关闭",
    "client reset": "客户端复位", "client closed, never used":
        "客户端关闭，从未使用",
    "client asked to close": "客户端要求关闭", "idle too long": "空闲太久",
    "never used, idle too long": "从未使用，空闲太久",
    "content too slow": "内容太慢", "reader too slow": "读取太慢",
    "below the lowest rate": "低于最低速率",
    "requests-per-connection": "请求数达到上限",
    "connections-per-address": "每地址连接数达到上限",
    "file changed while sending": "发送时文件被改动",
    "file ended early": "文件提前结束", "draining": "正在排空",
    "stopped": "已停止", "gave way": "让位", "worker died": "工作进程死亡",
    "no correct PROXY header": "没有正确的 PROXY 首部",
    "not a trusted proxy": "不是受信任的代理",
}
