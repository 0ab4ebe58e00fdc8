# SPDX-License-Identifier: MIT
"""words: the report's headings and labels in its languages.  What servers,
browsers and packets say stays in their own words."""

ZH = {
    "Caching lab report": "HTTP 缓存实验报告",
    "Name": "姓名", "Number": "学号", "Date": "日期", "Scenario": "实验步骤",
    "not given": "未填写",
    "In short": "摘要", "requests on the wire": "次请求",
    "answered 304": "次 304 应答", "not asked": "次未请求",
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
    "Server's log": "服务器日志", "Contents": "目录",
    "browser": "浏览器", "Browser": "浏览器", "server": "服务器", "step": "步骤",
}


class Words:
    def __init__(self, lang):
        self.lang = lang

    def __call__(self, text):
        return ZH.get(text, text) if self.lang == "zh" else text
