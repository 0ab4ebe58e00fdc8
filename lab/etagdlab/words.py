# SPDX-License-Identifier: MIT
"""words: what the report says, in its languages.  What servers, browsers and
packets say stays in their own words; so does the JSON, which is for programs."""
import re
from collections.abc import Sequence
from typing import Any

from .faults import FAULTS
from .zh_exercises import EXERCISES
from .zh_fields import FIELDS
from .zh_notes import NOTES
from .zh_options import OPTIONS
from .zh_setup import SETUP
from .zh_tcp import TCP

ZH = {
    **EXERCISES,
    **FAULTS,
    **FIELDS,
    **NOTES,
    **OPTIONS,
    **SETUP,
    **TCP,
    "Caching lab report": "HTTP 缓存实验报告",
    "Name": "姓名", "Number": "学号", "Date": "日期", "Subject": "课程", "Scenario": "实验步骤",
    "not given": "未填写",
    "In short": "摘要", "requests on the wire": "次请求",
    "answered 304": "次 304 应答", "not asked": "未请求",
    "parts not asked for": "次未请求",
    "connections": "个连接", "never used": "从未使用",
    "bytes of content": "字节内容", "packets": "个数据包",
    "What each visit asked for": "每次访问请求了什么",
    "part": "资源", "on the wire": "线路上", "bytes": "字节",
    "the browser says": "浏览器自述", "why": "原因",
    "Visit by visit": "逐次访问", "Connections over time": "连接时间线",
    "Packet by packet": "各连接的时序图", "Capture": "抓包记录",
    "No.": "序号", "Time": "时间", "Source": "源地址",
    "Destination": "目的地址", "Protocol": "协议", "Length": "长度",
    "Info": "信息", "This browser against the known table":
        "本浏览器与已知缓存行为的对照",
    "policy": "策略", "Configuration": "配置", "Versions": "版本",
    "Do the witnesses agree?": "各方记录是否一致？",
    "no capture was wanted (--capture off)": "没有要求抓包（--capture off）",
    "Server's log": "服务器日志", "Contents": "目录",
    "%s, %s": "%s，%s", "system": "系统", "capture": "抓包",
    "browser": "浏览器", "Browser": "浏览器", "server": "服务器", "step": "步骤",
    # steps
    "first visit": "首次访问", "address typed again": "再次输入地址",
    "link on the page to itself": "点页面上指向自己的链接",
    "reload (F5)": "刷新（F5）", "hard reload (Ctrl+Shift+R)":
        "强制刷新（Ctrl+Shift+R）",
    "new tab": "新标签页", "away and back": "离开再返回",
    "another address": "另一个地址", "the pictures change": "图片被改动",
    "a file changes": "文件被改动", "wait": "等待",
    "connections that ask for nothing, and one that asks":
        "若干不发请求的连接，以及一个发请求的连接",
    "a connection of the lab's own, one thing after the other":
        "实验程序自己的连接，逐个请求",
    "a text sent by the page's form, bytes": "用页面表单发送的文本，字节",
    "the configuration changes and is read again": "改动配置并重新读取",
    "own connection, port %d, %d requests, %.3f s":
        "自己的连接，端口 %d，%d 个请求，%.3f 秒",
    "own connection, port %d, waited %.3f s":
        "自己的连接，端口 %d，等待 %.3f 秒",
    "the page that is shown has no form that sends a file":
        "当前页面没有发送文件的表单",
    "%s is given by -o, which the ini can't change":
        "%s 由 -o 给出，ini 无法改变",
    "%s was not taken": "%s 未被接受",
    "cache cleared": "清空缓存", "browser restarted": "重启浏览器",
    "As it was used: every override is in its section, what it "
    "replaces is a comment.": "实际使用的配置：每个覆盖项写在所属小节中，被替换的行"
        "保留为注释。",
    "How connections open and close": "连接的建立与关闭",
    "port": "端口", "client's ISN": "客户端 ISN",
    "client's options": "客户端选项", "server's ISN": "服务器 ISN",
    "server's options": "服务器选项", "closed first": "先关闭的一方",
    "packets of the close": "关闭过程的数据包",
    "TCP carries a stream of bytes each way between two programs, in order "
    "and whole. A connection is what both ends remember of it: two addresses, "
    "two ports, and the numbers of the bytes sent and received.":
        "TCP 在两个程序之间的每个方向上按序、完整地传送字节流。连接就是两端为此"
        "记住的东西：两个地址、两个端口，以及已发送和已收到的字节的编号。",
    "SYN, SYN-ACK and ACK open it: each end tells the number from which it "
    "counts (ISN) and what it can do, and has that confirmed. The client goes "
    "from SYN-SENT to ESTABLISHED, the server from SYN-RECEIVED.":
        "SYN、SYN-ACK 和 ACK 建立连接：每一端告知自己的初始序号（ISN）和能力，并"
        "得到确认。客户端从 SYN-SENT 进入 ESTABLISHED，服务器从 SYN-RECEIVED 进入。",
    "MSS is the most data in one segment, WS the factor of the window field, "
    "SACK_PERM allows confirming what came behind a loss, TSval and TSecr are "
    "clocks that measure the way there and back.":
        "MSS 是一个报文段最多携带的数据，WS 是窗口字段的倍数，SACK_PERM 允许确认"
        "丢失之后到达的数据，TSval 和 TSecr 是用来测量往返时间的时钟。",
    "Each direction is closed by itself: FIN and its ACK, twice, are four "
    "packets. They are three when the other end has nothing left to send and "
    "puts its own FIN on the ACK.":
        "每个方向单独关闭：FIN 及其 ACK，两次，共四个数据包。如果另一端没有要发送"
        "的数据，把自己的 FIN 与 ACK 合在一起，就只有三个。",
    "The end that closes first goes through FIN-WAIT-1 and FIN-WAIT-2 to "
    "TIME-WAIT, the other through CLOSE-WAIT and LAST-ACK. TIME-WAIT lasts "
    "twice the longest life of a segment (2 MSL; 60 s in Linux, which no "
    "setting changes), so that a lost last ACK can be sent again and no late "
    "segment is taken for one of a new connection between the same ports.":
        "先关闭的一端经过 FIN-WAIT-1 和 FIN-WAIT-2 进入 TIME-WAIT，另一端经过 "
        "CLOSE-WAIT 和 LAST-ACK。TIME-WAIT 持续报文段最长寿命的两倍（2 MSL；"
        "Linux 中固定为 60 秒），以便重发丢失的最后一个 ACK，并且不让迟到的报文段"
        "被当作相同端口间新连接的数据。",
    "not seen": "未看到", "no answer": "没有应答",
    "skipped: %s": "已跳过：%s", "could not be done: %s": "未能完成：%s",
    "no page with a picture of this folder was loaded before":
        "此前没有载入过带有本文件夹图片的页面",
    "there is no file %s in the page's folder": "页面文件夹中没有文件 %s",
    # why something was asked for, and why not
    "the whole file: the request named no version":
        "整个文件：请求没有指明版本",
    "304 because the tag in If-None-Match matches":
        "304：If-None-Match 中的标签相符",
    "the file is another one than the tag in If-None-Match":
        "文件与 If-None-Match 中的标签不符，已是另一个版本",
    "304 because the file is not newer than the date":
        "304：文件不比所给日期新",
    "the file is newer than the date": "文件比所给日期新",
    "there is no such file": "没有这个文件",
    " (no-cache came with the request: a hard reload)":
        "（请求带有 no-cache：强制刷新）",
    "restored as a whole from the back/forward cache: the browser asked for "
    "nothing": "整页从往返缓存恢复：浏览器什么也没有请求",
    "the page's service worker answered from what it has stored":
        "由页面的 Service Worker 用它自己保存的副本应答",
    "the browser had it already; this run did not see when it came":
        "浏览器早已有它；这次实验没有看到它何时到来",
    "no Cache-Control: a tenth of the file's age counts as fresh, %s at %s, %s "
    "left: the browser guessed that it need not ask":
        "没有 Cache-Control：文件年龄的十分之一算作新鲜期，共 %s（自 %s 起），"
        "还剩 %s：浏览器猜测不必询问",
    "granted fresh for %s at %s, %s left: the browser need not ask":
        "给予 %s 的新鲜期（自 %s 起），还剩 %s：浏览器不必询问",
    "going back may show a copy of any age (RFC 9111 4.2.4): nothing was asked":
        "后退时可以显示任何年龄的副本（RFC 9111 4.2.4）：什么也没有询问",
    "stale-while-revalidate: stale since %s, still shown at once for up to %s":
        "stale-while-revalidate：已过期 %s，在 %s 之内仍可立即显示",
    "immutable: the browser need not ask at a reload either":
        "immutable：连刷新时也不必询问",
    "no rule allows this copy (%s, from %s): look at the capture":
        "没有规则允许使用这个副本（%s，来自 %s）：请看抓包",
    "; step %d has changed the file since, so an older version is shown":
        "；第 %d 步已改动文件，所以显示的是旧版本",
    "; asked behind it: ": "；并在后台询问：",
    "old": "旧", "cache, then %s": "缓存，然后 %s",
    "request %s on connection %s": "连接 %2$s 上的第 %1$s 个请求",
    ", packets %d and %d": "，数据包 %d 和 %d",
    "from its cache": "来自缓存", "bytes came": "收到字节",
    "asked: a 304 or a 200": "已询问：304 或 200",
    "Firefox's timing can't tell a 304 from a 200, and has no entry for what "
    "its cache of pictures answers: there the wire alone decides. ":
        "Firefox 的计时分不清 304 和 200，图片缓存回答的资源也没有条目：这些只能由线路判定。",
    "What a browser says of sound and films is no answer to this: there the "
    "wire alone decides. ":
        "浏览器对声音和影片的自述说明不了这一点：这些只能由线路判定。",
    "page restored": "整页恢复", "does not tell": "没有说明",
    # the rest
    "Three witnesses: the capture, the server's log and the browser's own "
    "timing. ": "三方记录：抓包、服务器日志和浏览器自己的计时。",
    "%d requests in the capture, %d in the log; the largest difference between "
    "the time of a packet and of its line in the log is %.1f ms. ":
        "抓包中有 %d 个请求，日志中有 %d 个；数据包与其日志行的时间最多相差 "
        "%.1f 毫秒。",
    "There is no capture: %s. So there are two witnesses, the server (its log "
    "and its observer) and the browser's own timing. ":
        "没有抓包：%s。因此只有两方记录：服务器（日志和观察器）和浏览器自己的"
        "计时。",
    "The capture ended too early. ": "抓包过早结束。",
    "The capture lost %d packets; what is lost is shown as not seen. ":
        "抓包丢失了 %d 个数据包；其内容显示为“未看到”。",
    "The capture lost no packet. ": "抓包没有丢失数据包。",
    "Connections without a request are not seen. ": "看不到没有请求的连接。",
    "They agree everywhere.": "处处一致。", "They differ:": "有不一致之处：",
    "A line is a connection that is open and idle, a bar a request:":
        "线表示打开而空闲的连接，条表示请求：",
    "error": "错误",
    "A thick grey line was never used: browsers open a spare connection ahead "
    "of need, so that one more request would not have to wait for a handshake; "
    "the others were enough. Shaded: silence, cut out.":
        "灰色粗线从未使用：浏览器会提前备好一个连接，以免下一个请求还要等待握手；"
        "这次其他连接已经够用。阴影：被剪掉的静默时间。",
    "%d. port %d: %s, %d packets": "%d. 端口 %d：%s，%d 个数据包",
    "%d requests": "%d 个请求",
    ", closed first by the client": "，客户端先关闭",
    ", closed first by the server": "，服务器先关闭",
    ", reset first by the client": "，客户端复位",
    ", reset first by the server": "，服务器复位",
    "FIN by the client": "客户端 FIN", "FIN by the server": "服务器 FIN",
    "reset by the client": "客户端复位", "reset by the server": "服务器复位",
    "%s of silence": "静默 %s", "%d more in the table below": "其余 %d 个见下表",
    ", worker %d": "，工作进程 %d",
    "In Wireshark:": "在 Wireshark 中：",
    "One page with a picture under each policy, another server and an empty "
    "profile; what crossed the wire at each action.":
        "一个页面，每种策略一幅图片，另一个服务器和空白配置；每个动作时线路上的"
        "内容。",
    "%d of %d cells are as known for Chromium and Firefox":
        "%2$d 格中有 %1$d 格与已知的 Chromium 和 Firefox 行为相同",
    "; the others are framed.": "；其余的加了框。", ".": "。",
}


# What is counted in English, by its plural, with the verb right behind it; "0 of
# 1 requests" stays as it is.
_COUNTED = re.compile(
    r"%(?:%|[-.\d]*[sdf](?:(?<! of %d)( (?!(?:has|is|ms|us|was)\b)[a-z]+s\b)"
    r"( (?:are|do|have|were)\b)?)?)")
_VERBS = {None: "", " are": " is", " do": " does", " have": " has",
          " were": " was"}


def counted(template: str, args: Sequence[object]) -> str:
    """"1 request", not "1 requests": the template as it is for these."""
    rest = iter(args)

    def one(found: "re.Match[str]") -> str:
        text, noun, verb = found.group(0, 1, 2)
        if text == "%%" or next(rest, None) not in (1, "1") or not noun:
            return text
        return text[:-len(noun + (verb or ""))] + noun[:-1] + _VERBS[verb]
    return _COUNTED.sub(one, template)


def fill(template: str, args: Sequence[object]) -> str:
    """%, whose arguments may come in another order: %2$s."""
    places = re.findall(r"%(\d)\$", template)
    if places:
        template = re.sub(r"%\d\$", "%", template)
        args = tuple(args[int(p) - 1] for p in places)
    return counted(template, args) % tuple(args) if args else template


class Said(str):
    """Text that remembers how it was put together, so that it can be said in
    another language: parts of (template, argument...)."""

    parts: tuple[Any, ...]

    def __new__(cls, *parts: Any) -> "Said":
        self = super().__new__(cls, "".join(fill(t, a) for t, *a in parts))
        self.parts = parts
        return self

    def and_then(self, template: str, *args: object) -> "Said":
        return Said(*self.parts, (template, *args))

    def joined(self, other: str) -> "Said":
        return Said(*self.parts, *getattr(other, "parts", ((other,),)))


class Words:
    def __init__(self, lang: str) -> None:
        self.lang = lang

    def noun(self, text: str, n: object) -> str:
        """Of what is counted, where the number stands by itself."""
        return self(text) if self.lang == "zh" else \
            counted("%s " + text, (n,))[3:]

    def __call__(self, text: str, *args: object) -> str:
        args = tuple(self(a) if isinstance(a, Said) else a for a in args)
        if self.lang != "zh":
            return fill(text, args) if args else str(text)
        if isinstance(text, Said):
            return "".join(self(t, *a) for t, *a in text.parts)
        return fill(ZH.get(text, text), args)
