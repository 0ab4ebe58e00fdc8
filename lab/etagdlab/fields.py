# SPDX-License-Identifier: MIT
"""fields: what the lines of a request and of a response say, one by one: the
exchanges of a capture as data, and a sentence for each field."""
import re
from collections.abc import Sequence

from . import freshness, http1, mask
from .rows import Asking, Message
from .streams import Stream
from .words import Said

# What a name says whatever its value.  RFC 9110 unless another is named.
MEANS = {
    # requests
    "host": "which of the names that this address serves is meant (7.2)",
    "connection": "keep-alive: the connection stays for more requests; close: "
                  "this is the last one (RFC 9112 9.6)",
    "user-agent": "the browser's name and version (10.1.5)",
    "accept": "media types that the browser takes, with weights q (12.5.1)",
    "accept-encoding": "codings in which content may come (12.5.3)",
    "accept-language": "languages that the reader prefers (12.5.4)",
    "upgrade-insecure-requests": "1: the browser would rather have HTTPS",
    "referer": "the page that the request comes from (10.1.3)",
    "origin": "scheme, host and port of the page that asks (Fetch)",
    "cookie": "what the server had the browser keep; not shown (RFC 6265)",
    "authorization": "credentials; not shown (11.6.2)",
    "if-none-match": "send content only if the tag is another one now: the "
                     "browser has the version with this tag (13.1.2)",
    "if-modified-since": "send content only if it is newer than this date "
                         "(13.1.3)",
    "if-range": "the part only if the version is still this one, else all "
                "(13.1.5)",
    "range": "only these bytes are wanted (14.2)",
    "pragma": "no-cache in a request is Cache-Control of HTTP/1.0 (RFC 9111 "
              "5.4)",
    "expect": "100-continue: content comes once the server agrees (10.1.1)",
    "sec-fetch-site": "whether page and target are of one site (Fetch "
                      "Metadata)",
    "sec-fetch-mode": "navigate for a page, no-cors for its parts (Fetch "
                      "Metadata)",
    "sec-fetch-dest": "what the answer is for: document, image, style "
                      "(Fetch Metadata)",
    "sec-fetch-user": "?1: a person's own action (Fetch Metadata)",
    "sec-ch-ua": "the browser's brands (client hints)",
    "sec-ch-ua-mobile": "?0: not a mobile device (client hints)",
    "sec-ch-ua-platform": "the system below the browser (client hints)",
    "sec-purpose": "prefetch: asked for ahead of need",
    "purpose": "prefetch: asked for ahead of need",
    "priority": "how urgent it is, u=0 first (RFC 9218)",
    "dnt": "1: does not want to be tracked",
    "sec-gpc": "1: does not want to be tracked",
    "if-match": "only if the version is still this one (13.1.1)",
    "if-unmodified-since": "only if it has not changed since (13.1.4)",
    "upgrade": "would go on in another protocol (7.8)",
    "te": "transfer codings that the browser takes (10.1.4)",
    "access-control-request-method": "the method that a page of elsewhere "
                                     "would use (Fetch)",
    "access-control-request-headers": "the fields that it would send (Fetch)",
    "forwarded": "what a proxy knows of the client (RFC 7239)",
    "x-forwarded-for": "the client's address, says a proxy",
    "x-forwarded-proto": "http or https, says a proxy",
    "x-forwarded-host": "the Host that the client sent, says a proxy",
    "x-request-id": "a name for this request in everybody's logs",
    "traceparent": "a name for this request in everybody's logs (Trace "
                   "Context)",
    # responses
    "date": "when the response was made, by the server's clock (6.6.1)",
    "server": "the server's name (10.2.4)",
    "content-type": "media type of the content (8.3)",
    "content-language": "the language of the content (8.5)",
    "content-length": "bytes of content; so the browser knows where the "
                      "message ends on a connection that stays open (8.6)",
    "etag": "the tag of this version, to ask with later (8.8.3)",
    "last-modified": "when the file last changed (8.8.2)",
    "expires": "fresh until then, where no max-age is given (RFC 9111 5.3)",
    "age": "seconds that it has spent in caches (RFC 9111 5.1)",
    "vary": "request fields on which the answer depends (12.5.5)",
    "accept-ranges": "bytes: parts can be asked for (14.3)",
    "content-range": "which bytes these are, and of how many (14.4)",
    "content-encoding": "the coding that the content is in (8.4)",
    "transfer-encoding": "chunked: in pieces, each with its length (RFC 9112 "
                         "7.1)",
    "keep-alive": "how long the idle connection is kept (RFC 2068 19.7.1)",
    "location": "where to go instead (10.2.2)",
    "allow": "methods that are allowed here (10.2.1)",
    "retry-after": "when to try again (10.2.3)",
    "set-cookie": "something for the browser to keep; not shown (RFC 6265)",
    "www-authenticate": "how to log in here (11.6.1)",
    "x-content-type-options": "nosniff: the type is as it says (Fetch)",
    "clear-site-data": "empties the browser's stores named here",
    "content-security-policy": "what the page may load and do",
    "access-control-allow-origin": "whose pages may read it (Fetch)",
    "etagd-explain": "why etagd decided so (explain-header)",
    "link": "another resource, and what it is to this one (RFC 8288)",
}
DIRECTIVES = {
    "no-cache": "kept, but asked for before each use",
    "no-store": "nobody may keep a copy",
    "max-age": "fresh for %s s",
    "immutable": "does not change while fresh",
    "must-revalidate": "never used stale",
    "private": "only for the reader's own cache",
    "public": "shared caches may keep it",
    "stale-while-revalidate": "shown for %s s more while being asked for",
    "no-transform": "nobody may change the content on the way",
}
ASKED_DIRECTIVES = {
    "no-cache": "a cache must ask before it answers: a hard reload",
    "max-age": "a copy of at most %s s: reload asks with 0",
    "no-store": "keep neither the request nor the answer",
}
METHODS = {
    "GET": "send what the target names",
    "HEAD": "send only the head of what GET would give",
    "POST": "take the content that comes with it",
    "PUT": "keep the content under this target",
    "OPTIONS": "say what can be done here",
}
STATUS = {
    200: "all is well, the content follows",
    206: "the part that was asked for follows",
    301: "moved for good, see Location",
    302: "see Location this time",
    303: "see Location, by GET",
    304: "not modified: the copy that the browser has is good; no content",
    308: "moved for good, see Location",
    400: "the request is faulty",
    401: "log in first",
    403: "not allowed",
    404: "there is no such thing",
    405: "not by this method",
    412: "a condition of the request does not hold",
    416: "no such part",
    500: "the server failed",
    503: "the server can't just now",
}
NOT_KNOWN = "not explained here"


def start_line(line: str) -> Said:
    words = line.split(" ")
    if line.startswith("HTTP/"):
        code = int(words[1]) if len(words) > 1 and re.fullmatch("[0-9]{3}", words[1]) else 0
        return Said(("version, status code, and a phrase for people: ",)) \
            .joined(Said((STATUS.get(code, NOT_KNOWN),)))
    return Said(("method, target, version: ",)).joined(
        Said((METHODS.get(words[0], NOT_KNOWN),)))


def _control(value: str, asked: bool) -> Said:
    table = ASKED_DIRECTIVES if asked else DIRECTIVES
    said = Said()
    for name, given in freshness.members(value):
        means = table.get(name, NOT_KNOWN)
        said = said.and_then("%s: ", name) if not said.parts \
            else said.and_then("; %s: ", name)
        said = said.joined(Said((means, given) if "%s" in means
                                else (means,)))
    return said


def meaning(name: str, value: str, asked: bool) -> Said:
    """What one field says."""
    low = name.lower()
    if low == "cache-control":
        return _control(value, asked)
    if low == "content-type" and "charset=" in value.lower():
        return Said(("media type of the content, and its charset (8.3)",))
    if low == "content-type" and value.lower().startswith("text/html"):
        return Said(("media type of the content; its charset is for the page to "
                     "say (8.3)",))
    if low == "etag" and value.startswith("W/"):
        return Said(("a weak tag (W/): the same for readers, perhaps not byte "
                     "for byte (8.8.3)",))
    return Said((MEANS.get(low, NOT_KNOWN),))


def _shown(words: str, name: str, value: str, public: Sequence[str]) -> str:
    if value in public:
        return value
    return mask.HIDDEN if mask.field(words, name) else mask.text(words, value)


def _message(m: http1.Message, words: str,
             public: Sequence[str]) -> Message:
    return {"seen": m.seen, "line": mask.text(words, m.line),
            "fields": [[n, _shown(words, n, v, public)] for n, v in m.sent],
            "head": m.head_end - m.start, "content": m.end - m.head_end,
            "packets": [m.first_packet, m.last_packet]}


def exchanges(streams: Sequence[Stream], words: str,
              public: Sequence[str] = ()) -> list[Asking]:
    """Every request and its response, in the order of their times.  public:
    values that are shown whatever field they are of."""
    found: list[tuple[int, Asking]] = []
    for s in streams:
        for i, (q, r) in enumerate(s.pairs()):
            found.append((q.first_ns, {
                "stream": s.index, "port": s.client[1], "request": i + 1,
                "asked": _message(q, words, public),
                "answered": _message(r, words, public) if r else None}))
    return [e for _, e in sorted(found, key=lambda f: f[0])]


def kind(exchange: Asking) -> str:
    """Exchanges of one kind say the same: method, names of the fields (those
    of the page and those of its parts differ), status."""
    answered = exchange["answered"]
    names = sorted(n.lower() for n, _ in exchange["asked"]["fields"]
                   if re.match("(?i)if-|range|cache-control|sec-fetch-user",
                               n))
    return " ".join([exchange["asked"]["line"].split(" ")[0]] + names + (
        answered["line"].split(" ")[1:2] if answered else []))
