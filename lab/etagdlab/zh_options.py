# SPDX-License-Identifier: MIT
"""zh_options: what the command line says, in Chinese."""

OPTIONS = {
    "usage: ": "用法：", "arguments": "参数", "options": "选项",
    "print this and end": "打印本说明并结束",
    "Runs a caching experiment with a real browser and writes a report that can "
    "be handed in.": "用真实的浏览器做一次缓存实验，写出一份可以上交的报告。",
    "steps: %s": "步骤：%s",
    "folder of the page (default: the lab's own); a copy of it is served":
        "页面所在的文件夹（默认：实验自带的）；提供的是它的副本",
    "ini file (default: lab.ini); address, root and log are overridden":
        "ini 文件（默认：lab.ini）；其中的地址、根目录和日志会被覆盖",
    "override one option of the ini file (repeatable)":
        "覆盖 ini 文件的一个选项（可重复）",
    "a classic lab: its page, ini, steps and questions: %s":
        "一个经典实验，包括页面、ini、步骤和问题：%s",
    "tell beside each question which packets of this run to look at":
        "在每个问题旁指出该看本次实验的哪些数据包",
    "for teachers: answer the questions from the capture":
        "供教师使用：从抓包回答问题",
    "default: %s": "默认：%s",
    "the page that is visited (default: /)": "要访问的页面（默认：/）",
    "the same for programs (default: beside the report)":
        "供程序读取的同样内容（默认：写在报告旁边）",
    "also write the capture, with comments": "同时写出带注释的抓包",
    "who hands it in": "上交者", "student number": "学号",
    "of the course": "课程名称",
    "own words in Markdown, by the report's headings; made if it is not there":
        "按报告的标题用 Markdown 写的自己的话；没有该文件时会生成",
    "put --notes into a report that is there, and end":
        "把 --notes 放进已有的报告，然后结束",
    "where etagd listens (default: a free one)":
        "etagd 监听的端口（默认：一个空闲的）",
    "that makes the visits (default: chromium)":
        "进行访问的浏览器（默认：chromium）",
    "have the browser open no connection ahead of need":
        "让浏览器不预先打开连接",
    "of the report and of what is said (default: that of the terminal)":
        "报告和提示的语言（默认：终端的语言）",
    "how packets are captured (default: whatever works)":
        "抓包的方式（默认：能用的那种）",
    "measure this browser against the known table (quick, but off in "
    "exercises); full: also rows that need waiting":
        "把本浏览器与已知的表对照（quick，经典实验中为 off）；full：也包括"
        "需要等待的行",
    "keep the temporary folder": "保留临时文件夹",
    "say nothing of the steps": "不报告各个步骤",
    "compare two reports and end": "比较两份报告后结束",
    "compute a report's figures again from its capture, and end":
        "从抓包重新计算报告中的数字，然后结束",
    "a table over the reports (JSON) of many students, and end; with -r and -j "
    "as files, too":
        "把许多学生的报告（JSON）列成一张表，然后结束；用 -r 和 -j 时也写成文件",
    "Writes the server's account as packet comments into a copy of a capture.":
        "把服务器的记录作为数据包注释写进抓包的副本。",
    "the capture; it stays as it is": "抓包文件；它保持不变",
    "the access log in JSON form, or the observer's connections.jsonl":
        "JSON 形式的访问日志，或观察器的 connections.jsonl",
    # mistakes
    "(see %s --help)": "（见 %s --help）",
    "unknown: %s": "不认识：%s", "a value is missing behind %s": "%s 后面缺少值",
    "%s: not %s, but one of %s": "%s：不能是 %s，只能是 %s 之一",
    "%s takes no value: %s": "%s 不带值：%s", "%s may be %s": "%s 可能是 %s",
    "missing: %s": "缺少：%s",
    "%s: %s is no port from 1 to 65535": "%s：%s 不是 1 到 65535 的端口",
    # captures
    "an option is longer than its block": "有一个选项比它所在的块还长",
    "an interface block is too short": "有一个接口块太短",
    "a packet block is too short": "有一个数据包块太短",
    "a packet of an interface that was not described":
        "有一个数据包属于没有描述过的接口",
    "a packet is longer than its block": "有一个数据包比它所在的块还长",
    "the file ends in the middle of a block": "文件在一个块的中间结束",
    "not a pcapng file": "不是 pcapng 文件",
    "the file ends in its header": "文件在自己的头部中结束",
    "the file ends in the middle of a packet": "文件在一个数据包的中间结束",
    # reports that are there
    "no two reports: %s": "不是两份报告：%s", "no difference": "没有差别",
    "no report with its capture: %s": "不是报告及其抓包：%s",
    "and %d more": "另外还有 %d 处",
    "%d figures do not follow from the capture": "%d 个数字不能从抓包得出",
    "all figures follow from the capture (%d)": "全部数字都能从抓包得出（%d 个）",
    "not checked, since a capture can't tell: the server's log and reasons, the "
    "browser's timing, who waits in TIME-WAIT, pictures":
        "未核对（抓包看不出）：服务器的日志和原因、浏览器的计时、谁在 TIME-WAIT "
        "中等待、图片",
    "%s: no report among its JSON files": "%s：其中的 JSON 文件没有一份是报告",
    "scenario: %s | %s": "步骤：%s | %s",
    "no part of it": "不在其中",
    "step %d %s, %s: %s | %s": "第 %d 步 %s，%s：%s | %s",
    "matrix, %s, %s: %s | %s": "对照表，%s，%s：%s | %s",
    "format: %s | %s": "格式：%s | %s",
    "version of %s: %s | %s": "%s 的版本：%s | %s",
    "ini, only left: %s": "ini，只在左边：%s",
    "ini, only right: %s": "ini，只在右边：%s",
    "connections used, unused: %d, %d | %d, %d":
        "用过和未用过的连接：%d，%d | %d，%d",
    "no packets of port %s in the report": "报告中没有端口 %s 的数据包",
    "no packets of port %s in the capture": "抓包中没有端口 %s 的数据包",
    "%s: %d in the report, %d in the capture": "%s：报告中 %d 个，抓包中 %d 个",
    "%s: %s in the report, %s in the capture": "%s：报告中为 %s，抓包中为 %s",
    "step %d, %s": "第 %d 步，%s",
    "%s: the outcome is not what crossed the wire":
        "%s：结果与线路上传输的不符",
    "%s: request %s of port %s is not in the capture":
        "%1$s：端口 %3$s 的第 %2$s 个请求不在抓包中",
    "answer's packet": "应答的数据包", "packet": "数据包", "status": "状态",
    "step %d, requests": "第 %d 步，请求数", "requests in all": "请求总数",
    "question %d, packets": "第 %d 题，数据包", "question %d": "第 %d 题",
    "copy: %s and %s share %d of %d connections (ports and initial sequence "
    "numbers)": "互为副本：%1$s 与 %2$s 的 %4$d 个连接中有 %3$d 个相同（端口和初始序号）",
    "differs: %s, %s": "不同：%s，%s", "not read: %s: %s": "未读取：%s：%s",
}
