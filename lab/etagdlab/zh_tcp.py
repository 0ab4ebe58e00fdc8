# SPDX-License-Identifier: MIT
"""zh_tcp: how connections open, close and wait, in Chinese."""

TCP = {
    "Graphs": "图表", "graphs of port %d": "端口 %d 的图表",
    "Port %d: %d segments with %d bytes from the server, the largest %d bytes, "
    "%d sent again":
        "端口 %d：服务器发出 %d 个报文段共 %d 字节，最大 %d 字节，重发 %d 个",
    "; round trips of %.3f to %.3f ms": "；往返时间 %.3f 到 %.3f 毫秒",
    "; at most %d bytes in flight of a window of %d":
        "；在途字节最多 %d，窗口 %d",
    "Shaded: silence, cut out. On loopback the way takes no time, so a round "
    "trip is what the other end took to answer; an ACK may wait for data to "
    "ride on, up to 40 ms.":
        "阴影：被剪掉的静默时间。环回接口的路程不花时间，所以往返时间就是对端作答"
        "所花的时间；ACK 可能等待可以搭载的数据，最多 40 毫秒。",
    "Sequence numbers over time: bars are the server's segments, the line is "
    "what the client has confirmed":
        "序号随时间变化：竖条是服务器的报文段，线是客户端已确认的部分",
    "Round trips in ms, from a segment to its first ACK: filled measured at "
    "the server, hollow at the client":
        "往返时间（毫秒），从报文段到它的第一个 ACK：实心在服务器测得，空心在客户端测得",
    "Window: bytes that the client has room for": "窗口：客户端还能接收的字节",
    "Bytes in flight: sent by the server and not yet confirmed":
        "在途字节：服务器已发送而尚未得到确认",
    "client": "客户端", "the page": "页面", "The page": "页面",
    "%s, %d bytes": "%s，%d 字节", "; the beginning of it": "；仅开头部分",
    "Port %(port)d, three packets: the %(first)s closed first, and the "
    "%(other)s had nothing left to send, so that its ACK and its own FIN came "
    "back in one (packet %(second)d).":
        "端口 %(port)d，三个数据包：%(first)s先关闭，%(other)s没有要发送的数据，"
        "所以它的 ACK 和自己的 FIN 合在一个数据包中返回（数据包 %(second)d）。",
    "Port %(port)d, four packets: the %(first)s closed first, the %(other)s "
    "confirmed that at once (packet %(ack)d) and closed when its program did, "
    "%(gap).1f ms later (packet %(second)d).":
        "端口 %(port)d，四个数据包：%(first)s先关闭，%(other)s立即确认（数据包 "
        "%(ack)d），并在 %(gap).1f 毫秒后其程序关闭时才关闭（数据包 %(second)d）。",
    "Port %(port)d: both closed at once, their FINs crossed, and both go "
    "through CLOSING to TIME-WAIT.":
        "端口 %(port)d：两端同时关闭，FIN 交错，两端都经过 CLOSING 进入 TIME-WAIT。",
    "Port %(port)d, half-closed: the %(first)s closed its direction (packet "
    "%(fin)d), but the %(other)s still sent %(late)d bytes before it closed as "
    "well (packet %(second)d).":
        "端口 %(port)d，半关闭：%(first)s关闭了自己的方向（数据包 %(fin)d），但"
        "%(other)s在关闭之前（数据包 %(second)d）还发送了 %(late)d 字节。",
    "own connection, port %d": "自己的连接，端口 %d",
    "own connection, port %d, %d bytes": "自己的连接，端口 %d，%d 字节",
    "a connection of the lab's own, closed by": "实验自己的连接，关闭方",
    "a connection of the lab's own, MSS": "实验自己的连接，MSS",
    "Port %(port)d: the %(first)s had closed its direction (packet %(fin)d), "
    "the %(other)s had not when the capture ended.":
        "端口 %(port)d：%(first)s已关闭自己的方向（数据包 %(fin)d），抓包结束时"
        "%(other)s尚未关闭。",
    "Port %(port)d: reset by the %(first)s (packet %(fin)d): nothing is "
    "confirmed, what was under way is lost, and nobody waits.":
        "端口 %(port)d：被%(first)s复位（数据包 %(fin)d）：没有确认，途中的数据"
        "丢失，也没有一端等待。",
    "Whoever closed first stays behind in TIME-WAIT for 2 MSL, twice the "
    "longest life of a segment. RFC 9293 takes 2 minutes for an MSL; Linux "
    "waits 60 s in all (TCP_TIMEWAIT_LEN, a constant of the kernel).":
        "先关闭的一端留在 TIME-WAIT 中 2 MSL，即报文段最长寿命的两倍。RFC 9293 规定 "
        "MSL 为 2 分钟；Linux 总共等待 60 秒（TCP_TIMEWAIT_LEN，内核中的常量）。",
    "Its last ACK may be lost: then the FIN comes again, and somebody must be "
    "there to confirm it. And a late segment of this connection must not be "
    "taken for one of the next between the same two ports.":
        "它的最后一个 ACK 可能丢失：这时 FIN 会再来，必须有一端来确认。而且本连接"
        "迟到的报文段不能被当作相同端口之间下一个连接的报文段。",
    "net.ipv4.tcp_fin_timeout is %d s here. It is often taken for the length "
    "of TIME-WAIT, but it ends a FIN-WAIT-2 that no program holds any more.":
        "这里 net.ipv4.tcp_fin_timeout 为 %d 秒。它常被误认为 TIME-WAIT 的长度，"
        "其实它结束的是已没有程序持有的 FIN-WAIT-2。",
    "net.ipv4.tcp_tw_reuse is %d here: on loopback (2) or everywhere (1) a "
    "client may take a port out of TIME-WAIT after a second, as timestamps "
    "tell old segments from new ones.":
        "这里 net.ipv4.tcp_tw_reuse 为 %d：在环回接口（2）或任何地方（1），客户端"
        "一秒之后可以重新使用处于 TIME-WAIT 的端口，因为时间戳能区分新旧报文段。",
    "Seen in this run, in the kernel's own table, in seconds: the whole time "
    "is what had passed since the other end's FIN and what the timer had left.":
        "本次实验中在内核表里看到的（秒）：总时间等于自对端 FIN 以来经过的时间加上"
        "定时器剩余的时间。",
    "No end was seen in TIME-WAIT in this run.":
        "本次实验没有看到处于 TIME-WAIT 的一端。",
    "who waits": "等待的一端", "since": "开始于", "seen at": "看到于",
    "seconds left then": "当时剩余秒数", "whole time, s": "总时间（秒）",
    "gone": "消失于", "still there at the end": "结束时仍在",
    "At the end of the run:": "实验结束时：",
    "TIME-WAIT": "TIME-WAIT 状态",
    "The unused connection": "从未使用的连接",
    "To do without: etagd lab --no-spare. By hand, Chromium opens none with "
    "\"Preload pages\" off in its settings, Firefox with "
    "network.http.speculative-parallel-limit = 0 in about:config.":
        "要避免它：etagd lab --no-spare。手动设置：在 Chromium 的设置中关闭“预加载网页”，"
        "在 Firefox 的 about:config 中把 network.http.speculative-parallel-limit "
        "设为 0。",
    "Port %d: open for %.1f s without a single byte of data.":
        "端口 %d：打开 %.1f 秒，没有一个字节的数据。",
    " The %s closed it first.": "%s先关闭。",
    "A browser opens more connections than it needs just then: a handshake "
    "takes a round trip, and a spare one saves it to the next request. If the "
    "others suffice, it is closed unused.":
        "浏览器打开的连接比当时需要的多：握手需要一个往返时间，备用连接可为下一个"
        "请求省去它。如果其他连接已够用，它就未经使用而关闭。",
    "That is not pipelining. Pipelining is several requests on one connection, "
    "the next sent before the answer to the last has come (RFC 9112 9.3.2); it "
    "needs no second connection, and browsers have given it up.":
        "这不是流水线。流水线是在同一个连接上发送多个请求，前一个的应答还没有到就"
        "发送下一个（RFC 9112 9.3.2）；它不需要第二个连接，而且浏览器早已放弃它。",
    "Requests of this run that were sent before the answer to the one before "
    "them had come: %d of %d.":
        "本次实验的 %2$d 个请求中，有 %1$d 个在前一个应答到来之前就发出。",
}
