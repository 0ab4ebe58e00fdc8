# SPDX-License-Identifier: MIT
"""zh_setup: what the server says of options for experiments, in Chinese."""

SETUP = {
    "For experiments": "仅供实验的选项",
    "option": "选项", "value": "取值",
    "For experiments only, not for a real service: %s.":
        "仅供实验、不适合正式服务：%s。",
    "These make the server do what a real one should not, as its start and the "
    "observer say, too.":
        "这些选项让服务器做正式服务不该做的事；服务器启动时和观察器也会说明。",
    # in the terminal
    "to be allowed to: %s": "要获得权限：%s",
    "etagd serves %s": "etagd 正在提供 %s",
    "step %d of %d: %s, %s": "第 %d 步，共 %d 步：%s，%s",
    "%s skipped: %s": "%s 已跳过：%s", "%s failed: %s": "%s 失败：%s",
    "matrix: %s": "对照表：%s", "no matrix: %s": "没有对照表：%s",
    "no browser: %s": "没有浏览器：%s", "no capture: %s": "没有抓包：%s",
    "kept: %s": "已保留：%s", "cannot write %s": "无法写入 %s",
    "OUT is IN: a capture is never changed in place":
        "OUT 就是 IN：抓包从不就地改动",
    "%s: left out %d lines that name no request or connection":
        "%s：略去了 %d 行没有指明请求或连接的内容",
    "%s: none of its connections is in the ledger (%d)":
        "%s：其中没有一个连接在服务器的记录里（%d）",
    "%s: %d comments; %d of %d connections in the ledger":
        "%1$s：%2$d 条注释；%4$d 个连接中有 %3$d 个在服务器的记录里",
    "to see them: %s": "查看方法：%s",
    "%s has the headings: write below them, then --into":
        "%s 中有各个标题：请写在标题下面，然后用 --into",
    "%s: no section has the heading %s": "%s：没有一节的标题是 %s",
    "no %s: there was no capture": "没有 %s：没有抓包",
    "witnesses differ: %s": "各方记录不一致：%s",
    "ended by %s: no report": "被 %s 结束：没有报告",
    "--into needs --notes": "--into 需要 --notes",
    "%s is no report": "%s 不是报告",
    "--answers and --figures belong to an --exercise":
        "--answers 和 --figures 属于 --exercise",
    "%s is not a folder": "%s 不是文件夹", "%s is not a file": "%s 不是文件",
    "%s is not there: give DIR and --conf": "没有 %s：请给出 DIR 和 --conf",
    "%r is no step; there are: %s": "%r 不是步骤；可用的有：%s",
    "no step loads a page": "没有一个步骤载入页面",
    "a shifted time": "移动的时间",
    # src/conf/keys.c and rulesum.c
    "each response has another tag, so none is ever confirmed":
        "每个响应的标签都不同，所以永远得不到确认",
    "edits of equal size within a second share one tag":
        "一秒之内大小相同的改动共用一个标签",
    "the same bytes have another tag on each node and after each copy":
        "同样的字节在每台机器上、每次复制之后都有不同的标签",
    "a connection for each request, as simple development servers do":
        "每个请求一个连接，如同简单的开发服务器",
    "unused connections stay invisible and SYN-ACKs repeat":
        "未使用的连接不可见，SYN-ACK 会重复",
    "three segments and calls where one would do":
        "一个就够的地方用三个报文段和三次系统调用",
    "a call for each segment, on loopback as on a network":
        "每个报文段一次系统调用，环回接口如同真实网络",
    "whoever may reach it may send, though nothing is kept":
        "能访问它的人都可以发送，虽然什么也不保存",
    "workers stall as in servers with a process per connection":
        "工作进程会像每个连接一个进程的服务器那样停滞",
    "processes keep rights that only a debugger needs":
        "进程保留着只有调试器才需要的权限",
    "dates are wrong on purpose": "日期是故意错的",
}
