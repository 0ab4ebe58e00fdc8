// SPDX-License-Identifier: MIT
// words: the texts of the page, in English and Chinese.

const en = {
    observer: "observer", skip: "To the connections", pause: "Pause", go_on: "Go on",
    clear: "Clear", clear_title: "Forget what this page has drawn (the server keeps its own)",
    live: "live", paused: "paused", broken: "no connection to the observer: trying again",
    loads: "Page loads", connections: "Connections",
    loads_hint:
        "What each visit asked for, and what it did not have to ask for. Dashed: the observer's " +
        "inference, since silence is not on the wire.",
    lanes_hint:
        "One lane a connection; where nothing happens time is cut out (the gap says how much). " +
        "Arrow keys move between bars, Enter opens one, Escape closes.",
    window: "Show ", window_minute: "the last minute", window_ten: "10 minutes",
    window_all: "everything known",
    no_loads: "No page load yet. Open {0} in another tab and watch.",
    no_lanes: "No connection yet.",
    pick:
        "Choose a bar or a lane: its heads, the decision and a ladder of its packets appear here.",
    open: "open", requests: "requests", workers: "workers", lost: "events lost",
    unused_n: "never used", experiments: "for experiments:",
    conns_in_all: "connections", served: "answered",
    l_ok: "200 sent", l_not: "304 still valid", l_part: "206 part", l_bad: "error",
    l_other: "redirect or other",
    l_held: "in use", l_idle: "idle", l_unused: "never used (preconnect)",
    l_half: "cut or half a request",
    l_client: "browser closed first", l_server: "server closed first",
    l_timeout: "timeout of the server", l_reset: "reset",
    from_cache: "from the cache", page_cached: "the page itself came from the browser's cache",
    n_asked: "{0} asked", n_silent: "{0} not asked", reload: "reload", hard: "reload without cache",
    visit: "visit",
    inference: "inference", silent: "silent",
    why_fresh: "granted fresh for {0} at {1}, {2} left: the browser need not ask",
    why_immutable: "immutable, and fresh for {0} since {1}: not even a reload asks",
    why_heuristic:
        "no lifetime was given: a tenth of its age at {1} is {0}, {2} left (a guess that " +
        "browsers make)",
    why_lazy: "fetched only when it comes into view (loading=lazy)",
    why_swr: "stale, but may be shown while it is asked for again",
    why_unknown: "not seen by this observer before: an older answer, a memory cache or a blocker",
    why_stale: "no longer fresh: shown from the page's memory, or the load was broken off",
    why_icon: "icons are asked for once, then kept by the browser",
    why_waiting: "still time to ask",
    foresight: "Foresight", path: "path",
    no_findings: "Nothing doubtful: every file has a policy of its own.", line_n: "(line {0})",
    foresight_hint:
        "What browsers will put on the wire for each file, by rules and files as they were when " +
        "this observer began (etagd check says it for now), and what is doubtful. ∅: not asked.",
    v_first: "first", v_link: "link", v_reload: "reload", v_hard: "hard reload", v_tab: "new tab",
    v_restart: "restart",
    debt: "Cache debt: an older version of this may be used unasked until {0}.",
    why_rule:
        "no rule of a style or script called for it this time, or it was in the page's memory",
    one_of: "(one of {0} candidates for the same place)", n_unneeded: "{0} not called for so far",
    why_store: "no-store: the load was broken off, or the page restored as it was",
    rfc_fresh: "RFC 9111 4.2", rfc_heur: "RFC 9111 4.2.2", rfc_imm: "RFC 8246",
    rfc_swr: "RFC 5861 3",
    request_n: "Request {0} on connection {1}", connection_n: "Connection {0}",
    decision: "Decision", why: "why", timing: "Times", t_first: "first byte of the request",
    t_queued: "answer decided",
    t_sent: "last byte handed to the kernel", since_open: "since the accept",
    req_head: "Request head", res_head: "Response head",
    not_whole: "shortened: it was longer than the board keeps",
    policy: "What the browser may do with it", show_conn: "Show connection {0}",
    p_nostore: "may not keep it: the next visit costs all of it again",
    p_nocache: "may keep it, and asks before each use (304 while it is unchanged)",
    p_fresh: "fresh for {0}, until {1}: it need not ask",
    p_heur: "no lifetime was given: browsers guess {0} (a tenth of its age), until {1}",
    p_none: "nothing to ask with (no validator): the next visit costs all of it again",
    p_ask: "asks before each use",
    f_via: "through the proxy", f_tls: "TLS, at the proxy",
    facts: "What the kernel knows", f_peer: "browser's end",
    f_user: "user", f_local: "server's end",
    f_worker: "worker",
    f_syn: "SYN of the browser", f_rtt: "round trip (smallest, smoothed)",
    f_queue: "waited in the accept queue", f_segs: "segments in, out",
    f_retrans: "sent again", f_bytes: "bytes in, out", f_opened: "accepted", f_ended: "ended",
    f_end: "why", f_first: "closed first",
    f_requests: "requests", f_idle: "idle, in all", ladder: "Ladder", copy: "Copy",
    copied: "Copied", filter: "Display filter for Wireshark",
    ladder_note:
        "Solid: seen by the server. Dashed: must have been, its time is not known (the kernel " +
        "keeps the SYN, not its hour).",
    browser: "Browser", server: "Server", idle_for: "{0} idle", to_open: "still open",
    generation: "generation",
    gap: "{0}", close: "Close", elsewhere: "{0} elsewhere",
    counts: "Counts", guide: "What to try",
    guide_two:
        "Why two connections? Visit {0} for the first time (in a private window) with Chromium: " +
        "a grey lane is a connection that it opened ahead of need and never used, and the page " +
        "load below says so, too. Firefox opens one.",
    guide_silent:
        "Why was {1} not requested? Visit {0}, then once more by a link or Enter in the address " +
        "bar. What was granted a lifetime (as by Cache-Control: max-age=60) stands dashed below, " +
        "with the time that is left.",
    guide_choose:
        "On purpose: visit {0}. In the ini file a [cache {1}] section with Cache-Control = " +
        "max-age=60 makes the browser silent, no-cache makes it ask (304), no-store fetches all " +
        "of it each time (200). Send the server a HUP, empty the browser's cache, look again.",
    n_conns: "connections: {0}, new: {1}", n_more: "{0} more", spare_name: "connection {0}",
    why_spare:
        "opened ahead of need and not used so far: browsers open a spare connection so that one " +
        "more request would not have to wait for a handshake. The others were enough. A later " +
        "visit may use it, or one side closes it.",
    why_spare_ended:
        "opened ahead of need and never used, for {0} until it was closed: browsers open a spare " +
        "connection so that one more request would not have to wait for a handshake. The others " +
        "were enough.",
    why_spare_used: "opened ahead of need, first used {0} later: no handshake was needed then",
    p_old:
        "{0} of freshness were granted, but it is {1} old at its arrival (Age, or a Date in the " +
        "past): asks before each use",
    k_heuristic: "lifetime guessed", "k_no-validator": "no validator",
    "k_long-without-hash": "long without a hash",
    "k_long-lived-page": "long-lived page", "k_competing-directives": "competing directives",
    "k_expires-conflict": "Expires in conflict",
    "k_unknown-directive": "unknown directive", "k_bad-seconds": "bad number of seconds",
    "k_missing-vary": "missing Vary",
    "k_vary-any": "Vary: *", "k_cookie-in-shared-cache": "cookie in shared caches",
    "k_password-in-shared-cache": "password, but public",
    "k_pragma-in-response": "Pragma in a response",
    "k_broken-scheme": "broken scheme", "k_wrong-clock": "wrong clock",
    "k_date-in-future": "date in the future",
    "k_one-page-two-policies": "one page, two policies",
    "k_rule-matches-nothing": "rule matches nothing",
    client_w: "browser", server_w: "server", "timeout_w": "timeout", "reset_w": "reset",
    range: "bytes {0}",
    range_n: "bytes of the whole",
    since_first: "since the first byte",
    reload_guess:
        "Inferred: the request does not say so (Firefox), or it was fresh and asked about all " +
        "the same.",
    older_show: "Show {0} older",
    older_hide: "Hide {0} older",
    older_gone: "{0} still older, not kept.",
    ended_show: "Show {0} more, ended",
    ended_hide: "Fold {0}, ended",
    detail: "In detail",
    last_request: "Latest request:",
    last_304: "Latest 304:",
    last_error: "Latest error:",
    last_spare: "Latest connection that was never used:",
    port_n: "port {0}",
    n_requests: "requests: {0}",
    n_of: "{0} of {1} seen",
    seen: "seen",
    not_seen: "to do",
    guide_silent_none:
        "Why was the logo not requested? Nothing here is granted a lifetime yet: do the last " +
        "item first (max-age=60), then visit {0} twice. What was not asked for stands dashed " +
        "below, with the time that is left.",
};
const zh = {
    observer: "观察器", skip: "跳到连接", pause: "暂停", go_on: "继续",
    clear: "清空", clear_title: "清除本页已画出的内容（服务器自己的记录不受影响）",
    live: "实时", paused: "已暂停", broken: "与观察器的连接已断开，正在重试",
    loads: "页面加载", connections: "连接",
    loads_hint: "每次访问请求了什么，又有什么不必请求。虚线：观察器的推断，因为线路上看不到“沉默”。",
    lanes_hint: "每条泳道是一个连接；没有事情发生的时间被剪掉（断口处写明多长）。方向键在条之间移动，回车打开，Esc 关闭。",
    window: "显示", window_minute: "最近一分钟", window_ten: "十分钟", window_all: "全部已知",
    no_loads: "还没有页面加载。在另一个标签页打开 {0} 看看。",
    no_lanes: "还没有连接。",
    pick: "选择一个条或一条泳道：这里会显示它的首部、决定和报文梯形图。",
    open: "打开", requests: "请求", workers: "工作进程", lost: "丢失的事件", unused_n: "从未使用",
    experiments: "实验设置：",
    conns_in_all: "连接", served: "已应答",
    l_ok: "200 已发送", l_not: "304 仍有效", l_part: "206 部分", l_bad: "错误", l_other: "重定向或其他",
    l_held: "使用中", l_idle: "空闲", l_unused: "从未使用（预连接）", l_half: "被切断或半个请求",
    l_client: "浏览器先关闭", l_server: "服务器先关闭", l_timeout: "服务器超时", l_reset: "复位",
    from_cache: "来自缓存", page_cached: "页面本身来自浏览器缓存",
    n_asked: "请求 {0} 个", n_silent: "未请求 {0} 个", reload: "刷新", hard: "强制刷新", visit: "访问",
    inference: "推断", silent: "沉默",
    why_fresh: "{1} 时给予 {0} 的新鲜期，还剩 {2}：浏览器不必询问",
    why_immutable: "immutable，自 {1} 起 {0} 内新鲜：连刷新也不询问",
    why_heuristic: "没有给出有效期：{1} 时文件年龄的十分之一是 {0}，还剩 {2}（浏览器自己的猜测）",
    why_lazy: "进入视野时才获取（loading=lazy）",
    why_swr: "已过期，但可先显示、同时再询问",
    why_unknown: "观察器此前没见过它：更早的应答、内存缓存或拦截插件",
    why_stale: "已不新鲜：来自页面内存，或加载被中断",
    why_icon: "图标只请求一次，之后由浏览器保存",
    why_waiting: "还有时间请求",
    foresight: "预见", path: "路径", no_findings: "没有可疑之处：每个文件都有自己的策略。", line_n: "（第 {0} 行）",
    foresight_hint: "浏览器对每个文件将在线路上做什么（按观察器启动时的规则和文件；现在的情况见 etagd check），以及有哪些可疑之处。∅：不请求。",
    v_first: "首次", v_link: "链接", v_reload: "刷新", v_hard: "强制刷新", v_tab: "新标签页", v_restart: "重启后",
    debt: "缓存债：在 {0} 之前，旧版本仍可能被不经询问地使用。",
    why_rule: "这次没有样式规则或脚本用到它，或者它还在页面内存中",
    one_of: "（同一位置的 {0} 个候选之一）", n_unneeded: "{0} 个至今未被用到",
    why_store: "no-store：加载被中断，或页面原样恢复",
    rfc_fresh: "RFC 9111 4.2", rfc_heur: "RFC 9111 4.2.2", rfc_imm: "RFC 8246",
    rfc_swr: "RFC 5861 3",
    request_n: "连接 {1} 上的第 {0} 个请求", connection_n: "连接 {0}",
    decision: "决定", why: "原因", timing: "时间", t_first: "请求的第一个字节", t_queued: "应答已决定",
    t_sent: "最后一个字节交给内核", since_open: "自接受连接起",
    req_head: "请求首部", res_head: "响应首部", not_whole: "已截短：比记录板能保存的更长",
    policy: "浏览器可以怎样使用它", show_conn: "显示连接 {0}",
    p_nostore: "不得保存：下次访问要重新传输全部内容",
    p_nocache: "可以保存，但每次使用前都要询问（未变则 304）",
    p_fresh: "{0} 内新鲜，到 {1} 为止：不必询问",
    p_heur: "没有给出有效期：浏览器猜 {0}（年龄的十分之一），到 {1} 为止",
    p_none: "没有可用于询问的校验值：下次访问要重新传输全部内容",
    p_ask: "每次使用前都要询问",
    f_via: "经由代理", f_tls: "TLS（在代理处）",
    facts: "内核所知", f_peer: "浏览器端", f_user: "用户", f_local: "服务器端", f_worker: "工作进程",
    f_syn: "浏览器的 SYN", f_rtt: "往返时间（最小、平滑）", f_queue: "在接受队列中等待", f_segs: "段（收、发）",
    f_retrans: "重传", f_bytes: "字节（收、发）", f_opened: "接受", f_ended: "结束", f_end: "原因",
    f_first: "先关闭者",
    f_requests: "请求", f_idle: "空闲（次数，合计）", ladder: "梯形图", copy: "复制", copied: "已复制",
    filter: "Wireshark 显示过滤器",
    ladder_note: "实线：服务器所见。虚线：必然发生过，但时间未知（内核保存 SYN 本身，不保存其时刻）。",
    browser: "浏览器", server: "服务器", idle_for: "空闲 {0}", to_open: "仍然打开", generation: "代",
    gap: "{0}", close: "关闭", elsewhere: "{0} 个在别处",
    counts: "计数", guide: "试一试",
    guide_two:
        "为什么有两个连接？用 Chromium（隐私窗口）第一次访问 {0}：灰色泳道是浏览器提前打开、却从未使用的连接，下面的页面加载也会说明。Firefox 只打开一个。",
    guide_silent:
        "为什么没有请求 {1}？访问 {0}，再访问一次（点链接，或在地址栏按回车）。得到有效期的资源（如 Cache-Control: max-age=60）在下面以虚线显示，并写明" +
        "还剩多少时间。",
    guide_choose:
        "有意为之：访问 {0}。在 ini 文件的 [cache {1}] 一节中，Cache-Control = max-age=60 让浏览器沉默，no-cache 让它询问（" +
        "304），no-store 让它每次全部重取（200）。向服务器发送 HUP，清空浏览器缓存，再看一次。",
    n_conns: "连接 {0} 个，新建 {1} 个", n_more: "还有 {0} 个", spare_name: "连接 {0}",
    why_spare: "提前打开，至今未用：浏览器会备好一个连接，以免下一个请求还要等待握手。这次其他连接已经够用。以后的访问可能用到它，或由一方关闭。",
    why_spare_ended: "提前打开，{0} 后关闭，从未使用：浏览器会备好一个连接，以免下一个请求还要等待握手。其他连接已经够用。",
    why_spare_used: "提前打开，{0} 后才首次使用：那时不再需要握手",
    p_old: "给予了 {0} 的新鲜期，但到达时已有 {1} 之久（Age，或过去的 Date）：每次使用前都要询问",
    k_heuristic: "有效期靠猜测", "k_no-validator": "没有校验值", "k_long-without-hash": "长期有效而名称无散列",
    "k_long-lived-page": "页面有效期过长", "k_competing-directives": "指令互相矛盾",
    "k_expires-conflict": "Expires 冲突",
    "k_unknown-directive": "未知指令", "k_bad-seconds": "秒数无效", "k_missing-vary": "缺少 Vary",
    "k_vary-any": "Vary: *", "k_cookie-in-shared-cache": "共享缓存中的 Cookie",
    "k_password-in-shared-cache": "需要密码却可公开缓存",
    "k_pragma-in-response": "响应中的 Pragma",
    "k_broken-scheme": "做坏的方案", "k_wrong-clock": "时钟错误", "k_date-in-future": "日期在未来",
    "k_one-page-two-policies": "同一页面两种策略", "k_rule-matches-nothing": "规则没有匹配到文件",
    client_w: "浏览器", server_w: "服务器", "timeout_w": "超时", "reset_w": "复位",
    range: "字节 {0}",
    range_n: "整体中的字节",
    since_first: "自第一个字节起",
    reload_guess: "推断：请求本身没有说明（Firefox），或仍然新鲜却仍被询问。",
    older_show: "再显示 {0} 个更早的",
    older_hide: "收起 {0} 个更早的",
    older_gone: "还有 {0} 个更早的没有保留。",
    ended_show: "再显示 {0} 个已结束的",
    ended_hide: "收起 {0} 个已结束的",
    detail: "详情",
    last_request: "最近的请求：",
    last_304: "最近的 304：",
    last_error: "最近的错误：",
    last_spare: "最近从未使用的连接：",
    port_n: "端口 {0}",
    n_requests: "请求 {0} 个",
    n_of: "已看到 {0}/{1}",
    seen: "已看到",
    not_seen: "待做",
    guide_silent_none:
        "为什么没有请求徽标？这里还没有任何资源得到有效期：先做最后一项（max-age=60），再访问 {0} 两次。没有请求的资源在下面以虚线显示，并写明还剩多少时间。",
};

const languages = { en, zh };
let current = "en";

export function setLanguage(name) {
    current = languages[name] ? name : "en";
    document.documentElement.lang = current === "zh" ? "zh-CN" : "en";
}

export function language() {
    return current;
}

export function word(name, ...values) {
    const text = languages[current][name] ?? languages.en[name] ?? name;
    return text.replace(/\{(\d)\}/g, (_, i) => values[i]);
}

// What is counted, behind its number: "1 worker", not "1 workers".
export function counted(n, name) {
    const text = word(name);
    return current === "en" && n === 1 ? text.replace(/^(\w+)s\b/, "$1") : text;
}

// Why a connection carries nothing.
export function spareText(c) {
    return c.ended ? word("why_spare_ended", span(c.ended - c.opened)) : word("why_spare");
}

export function span(ms) {
    if (!isFinite(ms))
        return "–";
    if (ms < 1)
        return `${Math.max(0, Math.round(ms * 1000))} µs`;
    if (ms < 1000)
        return `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms`;
    const s = ms / 1000;
    if (s < 120)
        return `${s < 10 ? s.toFixed(1).replace(/\.0$/, "") : Math.round(s)} s`;
    if (s < 7200)
        return `${Math.round(s / 60)} min`;
    if (s < 172800)
        return `${Math.round(s / 3600)} h`;
    return `${Math.round(s / 86400)} d`;
}

// Since the beginning, as exactly as two moments are to be told apart.
export function since(ms) {
    const t = Math.max(0, ms);
    return `+${t < 1000 ? span(t) : `${(t / 1000).toFixed(3)} s`}`;
}

export function clock(ms, fine) {
    const d = new Date(ms), two = n => String(n).padStart(2, "0");
    const text = `${two(d.getHours())}:${two(d.getMinutes())}:${two(d.getSeconds())}`;
    return fine ? `${text}.${String(d.getMilliseconds()).padStart(3, "0")}` : text;
}

// With its day when that is another one.
export function moment(ms) {
    const d = new Date(ms), two = n => String(n).padStart(2, "0");
    const day = `${d.getFullYear()}-${two(d.getMonth() + 1)}-${two(d.getDate())}`;
    return d.toDateString() === new Date().toDateString() ? clock(ms) : `${day} ${clock(ms)}`;
}

export function bytes(n) {
    if (n < 1000)
        return `${n} B`;
    return n < 1e6 ? `${(n / 1000).toFixed(1)} kB` : `${(n / 1e6).toFixed(1)} MB`;
}
