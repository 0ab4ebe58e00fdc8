# SPDX-License-Identifier: MIT
"""zh_exercises: questions and answers of the exercises, in Chinese."""

EXERCISES = {
    "Questions": "问题", "Answer:": "答案：", "Look at packets: %s": "请看数据包：%s",
    "this run does not tell": "本次实验没有说明",
    "The whole report": "完整的报告", "A simple GET": "简单的 GET",
    "A conditional GET": "条件 GET", "A long document": "长文档",
    "A page with pictures": "带图片的页面",
    "Three packets before the first byte": "第一个字节之前的三个数据包",
    "How a connection ends": "连接如何结束",
    "One connection, several requests": "一个连接，多个请求",
    "To ask or not to ask": "问还是不问", "Sound in parts": "分段的声音",
    "A connection that nobody uses": "无人使用的连接",
    "The other way: an upload": "反方向：上传",
    "A development server's answer": "开发服务器的应答",
    "A process per connection, or an event loop": "每个连接一个进程，还是事件循环",
    "Name and password": "用户名和密码", "with name and password": "带用户名和密码",
    "Which statuses has the page been answered with, one after the other?":
        "页面依次得到了哪些状态码的应答？",
    "Which field of the first answer asks for a password, and what does it "
    "say?": "第一个应答的哪个字段要求密码，它说了什么？",
    "Which field does the request have that got the page, and the one before "
    "it had not?": "得到页面的请求有哪个字段是之前那个请求没有的？",
    "What does its value say, decoded by base64 -d? Who can read it?":
        "用 base64 -d 解码后，它的值说了什么？谁能读到它？",
    "Did that request need another connection than the one that was refused?":
        "那个请求需要与被拒绝的请求不同的连接吗？",
    "How many requests had name and password without being asked for them just "
    "before?": "有多少请求在没有刚被询问的情况下就带上了用户名和密码？",
    "May a cache that many share keep the page? Which word says so?":
        "多人共用的缓存可以保存这个页面吗？哪个词说明了这一点？",
    "%s: whoever reads the packet reads it, too":
        "%s：谁读到这个数据包，谁就读到它",
    "%d of them": "其中 %d 个", "no, port %d for both": "不需要，都是端口 %d",
    "yes: port %d, then port %d": "需要：先是端口 %d，然后是端口 %d",
    "Authorization: %s": "Authorization: %s",
    "WWW-Authenticate: %s": "WWW-Authenticate: %s",
    "Cache-Control: %s": "Cache-Control: %s",
    # a class's reports
    "Reports of a class": "全班的报告", "%d reports": "%d 份报告",
    "Copies of one another": "互为副本", "Not read": "未读取",
    "Where one differs from most": "与多数不同之处",
    "%s and %s share %d of %d connections: ports and initial sequence numbers "
    "are the same, which does not happen by chance.":
        "%1$s 与 %2$s 有 %3$d 个连接相同（共 %4$d 个）：端口和初始序号都一样，"
        "这不会是巧合。",
    "step %d %s, %s: %s; most have %s": "第 %d 步 %s，%s：%s；多数为 %s",
    "no part of it": "不在其中", "no report of etagd lab": "不是 etagd lab 的报告",
    "file": "文件", "name": "姓名", "number": "学号", "subject": "课程",
    "date": "日期", "exercise": "练习", "requests": "请求", "304": "304",
    "unused": "未使用", "closed": "先关闭", "lost": "丢失", "agree": "一致",
    "yes": "是", "no": "否",
    # questions
    "Who closed each connection first, and in how many packets?":
        "每个连接由谁先关闭，用了几个数据包？",
    "Which end waits in TIME-WAIT, and why that one?":
        "哪一端在 TIME-WAIT 中等待，为什么是它？",
    "How long does TIME-WAIT last here? Compare it with "
    "net.ipv4.tcp_fin_timeout.":
        "这里 TIME-WAIT 持续多久？请与 net.ipv4.tcp_fin_timeout 比较。",
    "Which connection was never used, and how long was it open?":
        "哪个连接从未使用，打开了多久？",
    "Is that pipelining? Count the requests that were sent before the answer "
    "to the one before them had come.":
        "这是流水线吗？数一数有多少请求在前一个应答到来之前就发出。",
    "What are the addresses and ports of both ends?": "两端的地址和端口是什么？",
    "Which initial sequence numbers did both ends choose?":
        "两端选择了怎样的初始序号？",
    "What did the two ends offer each other in their SYNs?":
        "两端在 SYN 中向对方提供了什么？",
    "Which requests were made?": "发出了哪些请求？",
    "What was not asked for at the second visit, and why?":
        "第二次访问时没有请求什么，为什么？",
    "Which version of HTTP does the browser speak, which the server?":
        "浏览器和服务器各使用哪个版本的 HTTP？",
    "Which languages does the browser say that it takes?":
        "浏览器说它接受哪些语言？",
    "Which status did the server answer with?": "服务器的应答状态是什么？",
    "When was the page last modified, by the server's word?":
        "按服务器所说，页面最后修改于何时？",
    "How many bytes of content came?": "收到多少字节内容？",
    "Does the first GET have a field that begins with If-?":
        "第一个 GET 有以 If- 开头的字段吗？",
    "Did the first answer bring the page? How many bytes?":
        "第一个应答带来页面了吗？多少字节？",
    "Which conditions does the second GET have, with which values, and where "
    "do these come from?":
        "第二个 GET 有哪些条件，值是什么，从何而来？",
    "Which status has the second answer?": "第二个应答的状态是什么？",
    "How many bytes of content did it bring, and why?":
        "它带来多少字节内容，为什么？",
    "How many requests were made for the page?": "为该页面发出了多少个请求？",
    "Which MSS did each client announce?": "每个客户端声明的 MSS 是多少？",
    "How many segments did each answer take, and why do they differ?":
        "每个应答用了多少个报文段，为什么不同？",
    "Which status and phrase has the answer?": "应答的状态码和短语是什么？",
    "How many requests were made, and for what?": "发出了多少个请求，请求什么？",
    "Were the pictures asked for one after the other or at the same time?":
        "图片是逐个请求的，还是同时请求的？",
    "How many requests did each connection carry?": "每个连接承载了多少个请求？",
    "Which number does the first SYN-ACK confirm, and why is it not the ISN "
    "itself?":
        "第一个 SYN-ACK 确认的是哪个序号，为什么不是 ISN 本身？",
    "How long did it take from SYN to SYN-ACK?": "从 SYN 到 SYN-ACK 用了多久？",
    "How long was it silent before each close?": "每次关闭之前静默了多久？",
    "How long was it silent before each close? Which of these closes are the "
    "timer's?":
        "每次关闭之前静默了多久？哪些关闭是定时器引起的？",
    "What did each visit cost?": "每次访问的代价是多少？",
    "What was not asked for, when and why?": "什么没有被请求，何时，为什么？",
    "Which conditions does the second GET of the page have?":
        "页面的第二个 GET 有哪些条件？",
    "Which parts were asked for, and what came?": "请求了哪些部分，收到什么？",
    "How much of the file crossed the wire?": "文件有多少经过了线路？",
    "How long did it take the browser, and how long one after the other on "
    "one connection?":
        "浏览器用了多久，在一个连接上逐个请求又用了多久？",
    "How many segments carried the text?": "文本由多少个报文段携带？",
    "How often did the server confirm, and how many bytes at most at once?":
        "服务器确认了多少次，一次最多确认多少字节？",
    "What was the least window that the server announced, and did it hold the "
    "sender up?":
        "服务器声明的最小窗口是多少，它是否让发送方等待？",
    "How many segments were sent again?": "重传了多少个报文段？",
    "How long did it take, from the request's first segment to the answer, and "
    "what rate is that?":
        "从请求的第一个报文段到应答用了多久，速率是多少？",
    "Which status did the upload have?": "上传的应答状态是什么？",
    "In how many packets did the answer come, and what is in each?":
        "应答分几个数据包到达，每个包里是什么？",
    "Which packets of that connection open, bring or end something, in order?":
        "该连接中哪些数据包依次建立连接、携带内容或结束连接？",
    "How long did the request wait for its answer in each model?":
        "在每种模型下，请求等待应答多久？",
    "What ended the wait?": "什么结束了等待？",
    # answers
    "the browser: %d requests on %d connections in %.3f s":
        "浏览器：%2$d 个连接上的 %1$d 个请求，用时 %3$.3f 秒",
    "one after the other: %d requests on %d connections in %.3f s":
        "逐个：%2$d 个连接上的 %1$d 个请求，用时 %3$.3f 秒",
    "%d bytes of content in %d segments of at most %d bytes, which the capture "
    "shows as %d frames":
        "%d 字节内容，%d 个报文段，每个最多 %d 字节，在抓包中显示为 %d 个帧",
    "%d confirmations, of %d bytes at most": "%d 次确认，一次最多 %d 字节",
    "never less than %d bytes: it held nothing up":
        "从未少于 %d 字节：没有造成等待",
    "it was down to %d: the sender had to wait": "曾降到 %d：发送方必须等待",
    "%d bytes in %.6f s: %.1f million bytes a second":
        "%d 字节用时 %.6f 秒：每秒 %.1f 百万字节",
    "step %d: %.3f s from the request to its answer":
        "第 %d 步：从请求到应答 %.3f 秒",
    "step %d: %d connections that asked for nothing, ended by the server "
    "before the answer came":
        "第 %d 步：应答到来之前，服务器结束了 %d 个没有请求的连接",
    "%d packets: %s bytes": "%d 个数据包：%s 字节",
    "the browser %s, the server %s": "浏览器 %s，服务器 %s",
    "it does not say": "没有说明", "none": "没有", "nobody": "没有一端",
    "the browser %s, port %d; the server %s, port %d":
        "浏览器 %s，端口 %d；服务器 %s，端口 %d",
    "; ": "；",
    "at the same time: %d requests on %d connections, %d pairs of them under "
    "way together":
        "同时：%2$d 个连接上有 %1$d 个请求，其中 %3$d 对同时在途",
    "one after the other: %d requests on %d connections, %d pairs together":
        "逐个：%2$d 个连接上有 %1$d 个请求，%3$d 对同时在途",
    "port %d: %d segments of at most %d bytes in %d frames, %d bytes in all":
        "端口 %d：%d 个报文段，每个最多 %d 字节，装在 %d 个帧中，共 %d 字节",
    "port %d: %s": "端口 %d：%s",
    "port %d: client %d, server %d": "端口 %d：客户端 %d，服务器 %d",
    "client: %s; server: %s": "客户端：%s；服务器：%s",
    "%d: the ISN %d and one, for the SYN takes a number":
        "%d：ISN %d 加一，因为 SYN 占用一个序号",
    "port %d: %.3f ms": "端口 %d：%.3f 毫秒", "port %d: %.3f s": "端口 %d：%.3f 秒",
    "port %d: the client first, ": "端口 %d：客户端先关闭，",
    "port %d: the server first, ": "端口 %d：服务器先关闭，",
    "three packets": "三个数据包", "four packets": "四个数据包",
    "both at once": "两端同时", "half-closed for a while": "半关闭一段时间",
    "the other end not at all": "另一端没有关闭", "by a reset": "以复位",
    "port %d: the client": "端口 %d：客户端", "port %d: the server": "端口 %d：服务器",
    "%.1f s": "%.1f 秒", "port %d: %d requests": "端口 %d：%d 个请求",
    "port %d: open for %.1f s": "端口 %d：打开 %.1f 秒",
    "%d requests came before the answer to the one before":
        "%d 个请求早于前一个应答",
    "step %d, %s: ": "第 %d 步，%s：",
    "step %d: %d requests, %d of them answered 304, %d bytes":
        "第 %d 步：%d 个请求，其中 %d 个应答 304，共 %d 字节",
    "%d bytes came, of a file of %s": "收到 %d 字节，文件共 %s 字节",
}
