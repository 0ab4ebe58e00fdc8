# SPDX-License-Identifier: MIT
"""zh_fields: what requests and responses say, in Chinese."""

FIELDS = {
    "Own words": "自己的话",
    "Requests and responses": "请求与应答", "Request": "请求", "Response": "应答",
    "request line": "请求行", "status line": "状态行", "content": "内容",
    "line": "行", "value": "值", "what it says": "含义",
    "packet %d": "数据包 %d", "packets %d to %d": "数据包 %d 到 %d",
    "head of %d bytes": "首部 %d 字节", "%d bytes": "%d 字节",
    "port %d, request %d": "端口 %d，第 %d 个请求",
    "behind the empty line that ends the head": "在结束首部的空行之后",
    "Each as it crossed the wire. The first of each kind is explained line by "
    "line, the others are shown as they were. Where a field's or a parameter's "
    "name tells that it is a secret's, three asterisks stand for the value.":
        "都是线路上的原样。每一类的第一个逐行解释，其余的原样列出。名称表明是秘密"
        "的字段或参数，其值以三个星号代替。",
    "which of the names that this address serves is meant (7.2)":
        "指的是这个地址上的哪个主机名（7.2）",
    "keep-alive: the connection stays for more requests; close: this is the "
    "last one (RFC 9112 9.6)":
        "keep-alive：连接保留给后续请求；close：这是最后一个（RFC 9112 9.6）",
    "the browser's name and version (10.1.5)": "浏览器的名称和版本（10.1.5）",
    "media types that the browser takes, with weights q (12.5.1)":
        "浏览器接受的媒体类型及其权重 q（12.5.1）",
    "codings in which content may come (12.5.3)": "内容可以使用的编码（12.5.3）",
    "languages that the reader prefers (12.5.4)": "读者偏好的语言（12.5.4）",
    "1: the browser would rather have HTTPS": "1：浏览器更愿意使用 HTTPS",
    "the page that the request comes from (10.1.3)": "发出请求的页面（10.1.3）",
    "scheme, host and port of the page that asks (Fetch)":
        "发出请求的页面的协议、主机和端口（Fetch）",
    "what the server had the browser keep; not shown (RFC 6265)":
        "服务器让浏览器保存的内容；不显示（RFC 6265）",
    "credentials; not shown (11.6.2)": "登录凭据；不显示（11.6.2）",
    "send content only if the tag is another one now: the browser has the "
    "version with this tag (13.1.2)":
        "只有标签已变才发送内容：浏览器已有带此标签的版本（13.1.2）",
    "send content only if it is newer than this date (13.1.3)":
        "只有比此日期新才发送内容（13.1.3）",
    "the part only if the version is still this one, else all (13.1.5)":
        "版本未变时只发送部分，否则发送全部（13.1.5）",
    "only these bytes are wanted (14.2)": "只要这些字节（14.2）",
    "no-cache in a request is Cache-Control of HTTP/1.0 (RFC 9111 5.4)":
        "请求中的 no-cache 相当于 HTTP/1.0 的 Cache-Control（RFC 9111 5.4）",
    "100-continue: content comes once the server agrees (10.1.1)":
        "100-continue：服务器同意后才发送内容（10.1.1）",
    "whether page and target are of one site (Fetch Metadata)":
        "页面与目标是否同一站点（Fetch Metadata）",
    "navigate for a page, no-cors for its parts (Fetch Metadata)":
        "navigate 表示页面，no-cors 表示页面的资源（Fetch Metadata）",
    "what the answer is for: document, image, style (Fetch Metadata)":
        "应答的用途：document、image、style（Fetch Metadata）",
    "?1: a person's own action (Fetch Metadata)":
        "?1：由人的操作引起（Fetch Metadata）",
    "the browser's brands (client hints)": "浏览器的品牌（客户端提示）",
    "?0: not a mobile device (client hints)": "?0：不是移动设备（客户端提示）",
    "the system below the browser (client hints)":
        "浏览器所在的系统（客户端提示）",
    "prefetch: asked for ahead of need": "prefetch：提前请求",
    "how urgent it is, u=0 first (RFC 9218)": "紧急程度，u=0 最先（RFC 9218）",
    "1: does not want to be tracked": "1：不希望被跟踪",
    "when the response was made, by the server's clock (6.6.1)":
        "生成应答的时间，以服务器时钟为准（6.6.1）",
    "the server's name (10.2.4)": "服务器的名称（10.2.4）",
    "media type of the content (8.3)": "内容的媒体类型（8.3）",
    "media type of the content; its charset is for the page to say (8.3)":
        "内容的媒体类型；字符集由页面自己说明（8.3）",
    "the language of the content (8.5)": "内容的语言（8.5）",
    "only if the version is still this one (13.1.1)":
        "仅当仍是这个版本时才执行（13.1.1）",
    "only if it has not changed since (13.1.4)": "仅当此后没有改动时才执行（13.1.4）",
    "would go on in another protocol (7.8)": "希望改用另一种协议（7.8）",
    "transfer codings that the browser takes (10.1.4)":
        "浏览器接受的传输编码（10.1.4）",
    "the method that a page of elsewhere would use (Fetch)":
        "别处的页面将要使用的方法（Fetch）",
    "the fields that it would send (Fetch)": "它将要发送的字段（Fetch）",
    "what a proxy knows of the client (RFC 7239)":
        "代理所知道的客户端情况（RFC 7239）",
    "the client's address, says a proxy": "代理所说的客户端地址",
    "http or https, says a proxy": "代理所说的 http 或 https",
    "the Host that the client sent, says a proxy": "代理所说的客户端发送的 Host",
    "a name for this request in everybody's logs":
        "这个请求在各方日志中的名称",
    "a name for this request in everybody's logs (Trace Context)":
        "这个请求在各方日志中的名称（Trace Context）",
    "whose pages may read it (Fetch)": "哪些来源的页面可以读取它（Fetch）",
    "why etagd decided so (explain-header)":
        "etagd 为何如此决定（explain-header）",
    "media type of the content, and its charset (8.3)":
        "内容的媒体类型和字符集（8.3）",
    "bytes of content; so the browser knows where the message ends on a "
    "connection that stays open (8.6)":
        "内容的字节数；连接不关闭时，浏览器由此知道报文在哪里结束（8.6）",
    "the tag of this version, to ask with later (8.8.3)":
        "此版本的标签，供以后询问（8.8.3）",
    "a weak tag (W/): the same for readers, perhaps not byte for byte (8.8.3)":
        "弱标签（W/）：对读者来说相同，未必逐字节相同（8.8.3）",
    "when the file last changed (8.8.2)": "文件最后修改的时间（8.8.2）",
    "fresh until then, where no max-age is given (RFC 9111 5.3)":
        "没有 max-age 时，在此之前为新鲜（RFC 9111 5.3）",
    "seconds that it has spent in caches (RFC 9111 5.1)":
        "在缓存中度过的秒数（RFC 9111 5.1）",
    "request fields on which the answer depends (12.5.5)":
        "应答所依赖的请求字段（12.5.5）",
    "bytes: parts can be asked for (14.3)": "bytes：可以请求部分内容（14.3）",
    "which bytes these are, and of how many (14.4)":
        "这是哪些字节，总共多少（14.4）",
    "the coding that the content is in (8.4)": "内容所用的编码（8.4）",
    "chunked: in pieces, each with its length (RFC 9112 7.1)":
        "chunked：分块，每块带长度（RFC 9112 7.1）",
    "how long the idle connection is kept (RFC 2068 19.7.1)":
        "空闲连接保留多久（RFC 2068 19.7.1）",
    "where to go instead (10.2.2)": "应改去哪里（10.2.2）",
    "methods that are allowed here (10.2.1)": "这里允许的方法（10.2.1）",
    "when to try again (10.2.3)": "何时再试（10.2.3）",
    "something for the browser to keep; not shown (RFC 6265)":
        "让浏览器保存的内容；不显示（RFC 6265）",
    "how to log in here (11.6.1)": "如何在此登录（11.6.1）",
    "nosniff: the type is as it says (Fetch)": "nosniff：类型以所声明的为准（Fetch）",
    "empties the browser's stores named here": "清空此处列出的浏览器存储",
    "what the page may load and do": "页面可以载入什么、做什么",
    "another resource, and what it is to this one (RFC 8288)":
        "另一个资源，以及与本资源的关系（RFC 8288）",
    "kept, but asked for before each use": "可保存，但每次使用前要询问",
    "nobody may keep a copy": "任何人不得保存副本",
    "fresh for %s s": "%s 秒内新鲜",
    "does not change while fresh": "新鲜期内不会改变",
    "never used stale": "过期后绝不使用",
    "only for the reader's own cache": "只供读者自己的缓存",
    "shared caches may keep it": "共享缓存可以保存",
    "shown for %s s more while being asked for": "再显示 %s 秒，同时在后台询问",
    "nobody may change the content on the way": "途中不得改动内容",
    "a cache must ask before it answers: a hard reload":
        "缓存必须先询问才能应答：强制刷新",
    "a copy of at most %s s: reload asks with 0":
        "副本最多 %s 秒：刷新时用 0 询问",
    "keep neither the request nor the answer": "请求和应答都不得保存",
    "send what the target names": "发送目标所指的内容",
    "send only the head of what GET would give": "只发送 GET 会得到的首部",
    "take the content that comes with it": "接收随请求而来的内容",
    "keep the content under this target": "把内容保存到这个目标",
    "say what can be done here": "说明这里可以做什么",
    "version, status code, and a phrase for people: ":
        "版本、状态码和给人看的短语：",
    "method, target, version: ": "方法、目标、版本：",
    "%s: ": "%s：", "; %s: ": "；%s：",
    "all is well, the content follows": "一切正常，内容随后",
    "the part that was asked for follows": "所请求的部分随后",
    "moved for good, see Location": "已永久移动，见 Location",
    "see Location this time": "这次请见 Location",
    "see Location, by GET": "用 GET 请求 Location",
    "not modified: the copy that the browser has is good; no content":
        "未修改：浏览器的副本可用；没有内容",
    "the request is faulty": "请求有误", "log in first": "请先登录",
    "not allowed": "不允许", "there is no such thing": "没有这个东西",
    "not by this method": "不能用这个方法",
    "a condition of the request does not hold": "请求的条件不成立",
    "no such part": "没有这一部分", "the server failed": "服务器出错",
    "the server can't just now": "服务器暂时做不到",
    "not explained here": "此处不作解释",
}
