// SPDX-License-Identifier: MIT
// reasons: the server's own words for why and how something ended
// (src/http/reason.h), which logs and programs have in English, in Chinese.
import { language } from "./words.js";

const zh = {
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
    "redirect rule": "重定向规则", "upload": "上传", "listing": "目录列表",
    "fallback file": "后备文件", "previous release": "上一个版本的文件",
    "no such file": "没有这个文件", "dotfile": "以点开头的文件",
    "leaves the root": "离开了根目录", "symbolic link": "符号链接", "not readable": "不可读",
    "no index": "没有索引文件", "not a file": "不是文件", "ready": "就绪",
    "leaving": "正在离开", "warming": "正在预热", "alive": "存活", "to https": "转到 HTTPS",
    "no credentials": "没有凭据", "wrong credentials": "凭据不对",
    "too many attempts": "尝试次数太多", "method not allowed": "不允许的方法",
    "method unknown": "未知的方法", "unknown host": "未知的主机", "faulty request": "请求有误",
    "request too slow": "请求太慢", "file system does not answer": "文件系统没有应答",
    "overload": "过载", "system error": "系统错误",
    // endings
    "open": "打开", "sent": "已发送", "client closed": "客户端关闭", "client reset": "客户端复位",
    "client closed, never used": "客户端关闭，从未使用", "client asked to close": "客户端要求关闭",
    "idle too long": "空闲太久", "never used, idle too long": "从未使用，空闲太久",
    "content too slow": "内容太慢", "reader too slow": "读取太慢",
    "below the lowest rate": "低于最低速率", "requests-per-connection": "请求数达到上限",
    "HTTP/1.0 closes": "HTTP/1.0 关闭连接", "connections-per-address": "每地址连接数达到上限",
    "file changed while sending": "发送时文件被改动", "file ended early": "文件提前结束",
    "draining": "正在排空", "stopped": "已停止", "gave way": "让位",
    "no correct PROXY header": "没有正确的 PROXY 首部",
    "not a trusted proxy": "不是受信任的代理", "worker died": "工作进程死亡",
    // what is behind the number of a section, or instead of one
    "no precondition, the whole file": "没有前提条件：整个文件",
    "the tag was handed out for other bytes, too": "这个标签也发给过别的字节",
    "the date was handed out for other bytes, too": "这个日期也发给过别的字节",
    "a directory's name ends with a slash": "目录的名称以斜线结尾",
    "[redirect] in the configuration": "配置中的 [redirect]",
    "accept-upload in the configuration": "配置中的 accept-upload",
    "directory listing is on": "目录列表已开启",
    "fallback in the configuration": "配置中的 fallback",
    "[server] keep-previous: the new one has no file of that name":
        "[server] keep-previous：新版本没有这个名称的文件",
    "names that start with a dot are not served": "不提供以点开头的名称",
    "a symbolic link leads out of the root": "符号链接指向根目录之外",
    "the symlinks policy forbids it": "symlinks 的设置不允许",
    "the worker's user may not read it": "工作进程的用户无权读取",
    "a directory without an index file": "没有索引文件的目录",
    "only regular files are served, and only if their size is told":
      "只提供普通文件，而且其大小必须已知",
    "[health] path: this node wants requests": "[health] path：本节点愿意接受请求",
    "[health] path: this node is about to end": "[health] path：本节点即将结束",
    "[prepare] warm: files are being made ready": "[prepare] warm：正在准备文件",
    "[health] live: a worker turns": "[health] live：有工作进程在运转",
    "[server] https-port: it came without TLS": "[server] https-port：请求没有经过 TLS",
    "[access] asks for a password": "[access] 要求密码",
    "no such user, or another password": "没有这个用户，或者密码不同",
    "[access] attempts": "[access] attempts",
    "see the fault's word": "见错误本身的说明",
    "a limit of the configuration is reached": "达到了配置中的一个上限",
};

// A word, in the language of the page.
export function reasonText(text) {
    return language() === "zh" ? zh[text] ?? text : text;
}

// Why it was answered so; the server has the sentence of a fault in both languages.
export function decisionText(q) {
    if (!q.fault)
        return reasonText(q.reason ?? q.end);
    return (language() === "zh" ? q.fault_text_zh : null) ?? q.fault_text;
}

// "RFC 9110 13.1.2, 13.2.2 step 3", "RFC 9110 15.5.2: why", or a rule of ours.
export function sectionText(text) {
    if (language() !== "zh")
        return text;
    const [, rfc, why] = /^(RFC \d+ [^:]*(?:: |$)|Fetch [\d.]+$)?(.*)$/.exec(text);
    return (rfc ?? "").replace(": ", "：").replace(/steps? (\d)(?: and (\d))?/, (_, a, b) =>
        `第 ${a}${b ? `、${b}` : ""} 步`) + (zh[why] ?? why);
}
