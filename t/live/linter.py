# SPDX-License-Identifier: MIT
"""linter: rules that hold for every response of an origin of files.

Each rule is a function of one response (and of what earlier responses for the
same target have shown); it yields a sentence for each breach.  The harness
applies all of them to every response that it reads, so every test of any
feature is a test of these too.
"""
import calendar
import hashlib
import re
import time

from wire import TOKEN

ETAG = re.compile(r'(W/)?"[\x21\x23-\x7e\x80-\xff]*"\Z')
IMF_DATE = re.compile(
    r"(Mon|Tue|Wed|Thu|Fri|Sat|Sun), ([0-9]{2}) "
    r"(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) ([0-9]{4}) "
    r"([0-9]{2}):([0-9]{2}):([0-9]{2}) GMT\Z")
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct",
          "Nov", "Dec")
MEDIA_TYPE = re.compile(
    r"[!#$&^_.+A-Za-z0-9-]+/[!#$&^_.+A-Za-z0-9-]+"
    r"(?:; ?[!#$&^_.+A-Za-z0-9-]+=(?:[!#$&^_.+A-Za-z0-9-]+|\"[^\"]*\"))*\Z")
CONTENT_RANGE = re.compile(r"bytes (?:([0-9]+)-([0-9]+)/([0-9]+)|\*/([0-9]+))\Z")
CACHE_DIRECTIVE = re.compile(
    r"[!#$%&'*+.^_`|~0-9A-Za-z-]+(?:=(?:[!#$%&'*+.^_`|~0-9A-Za-z-]+|"
    r"\"[^\"]*\"))?\Z")

# RFC 7617 2 and 2.1
CHALLENGE = re.compile(
    r"Basic realm=\"(?:[^\"\\]|\\.)*\", charset=\"UTF-8\"\Z")

# RFC 9110 5.3: only list-valued fields (and Set-Cookie) may be repeated.
SINGLE = {"date", "content-length", "content-type", "content-range", "etag",
          "last-modified", "expires", "location", "server", "age",
          "retry-after", "content-location", "access-control-allow-origin",
          "content-disposition"}
LIST_304 = ("Cache-Control", "Content-Location", "ETag", "Expires", "Vary")


def http_date(text):
    """Seconds of an IMF-fixdate that is a real moment, else None."""
    m = IMF_DATE.match(text)
    if not m:
        return None
    day, d, mon, y, hh, mm, ss = m.groups()
    try:
        t = calendar.timegm((int(y), MONTHS.index(mon) + 1, int(d), int(hh),
                             int(mm), int(ss)))
    except ValueError:
        return None
    back = time.gmtime(t)
    if (back.tm_mday, back.tm_mon, back.tm_hour, back.tm_min) != (
            int(d), MONTHS.index(mon) + 1, int(hh), int(mm)):
        return None
    return t if DAYS[back.tm_wday] == day else None


def format_date(t):
    g = time.gmtime(t)
    return "%s, %02d %s %04d %02d:%02d:%02d GMT" % (
        DAYS[g.tm_wday], g.tm_mday, MONTHS[g.tm_mon - 1], g.tm_year, g.tm_hour,
        g.tm_min, g.tm_sec)


def rule_dates(r):
    """RFC 9110 5.6.7 and 6.6.1: IMF-fixdate, and Date wherever it is due."""
    for name in ("Date", "Last-Modified", "Expires"):
        for v in r.all(name):
            if name == "Expires" and v == "0":
                continue  # a configured value, valid as "already expired"
            if http_date(v) is None:
                yield "%s is not an IMF-fixdate: %r" % (name, v)
    if 200 <= r.status < 500 and not r.has("Date"):
        yield "no Date in a %d" % r.status
    date, modified = r.get("Date"), r.get("Last-Modified")
    if date and modified and http_date(date) is not None and \
            http_date(modified) is not None and \
            http_date(modified) > http_date(date):
        yield "Last-Modified %s is after Date %s" % (modified, date)


def rule_single(r):
    """RFC 9110 5.3: a singleton field comes once."""
    for name in sorted(SINGLE):
        if len(r.all(name)) > 1:
            yield "%s came %d times" % (name, len(r.all(name)))


def rule_length(r):
    """RFC 9110 8.6, 15.4.5; RFC 9112 6: exact framing.  The reader has already
    checked that the bytes announced did come."""
    if r.has("Content-Length") and r.has("Transfer-Encoding"):
        yield "Content-Length and Transfer-Encoding together"
    if r.framing == "close" and not r.closes:
        yield "content is framed by the close that nothing announces"
    if r.method != "HEAD" and r.status not in (204, 304) and \
            r.framing != "length":
        yield "no Content-Length for a file's response (%s)" % r.framing
    if r.framing == "length" and r.get("Content-Length") != str(len(r.body)):
        yield "Content-Length %s of a %d with %d bytes" % (
            r.get("Content-Length"), r.status, len(r.body))
    if r.status in (204, 304) and r.body:
        yield "a %d with content" % r.status
    if r.status == 204 and (r.has("Content-Length") or
                            r.has("Transfer-Encoding")):
        yield "framing fields in a 204"


def rule_etag(r):
    """RFC 9110 8.8.3."""
    for v in r.all("ETag"):
        if not ETAG.match(v):
            yield "malformed ETag: %r" % v


def rule_type(r):
    """RFC 9110 8.3: content has a type; one that is not invented."""
    for v in r.all("Content-Type"):
        if not MEDIA_TYPE.match(v):
            yield "malformed Content-Type: %r" % v
        if re.match(r"inode/|application/x-empty|text/x-", v):
            yield "Content-Type that no browser knows: %r" % v
        if "charset" in v and re.match(r"(image/(?!svg)|audio/|video/|font/|"
                                       r"application/(pdf|zip|wasm|octet))", v):
            yield "charset on a binary type: %r" % v
    if r.body and r.status in (200, 206) and not r.has("Content-Type"):
        yield "content without Content-Type"


def rule_vary(r):
    """RFC 9110 12.5.5: what was negotiated is named; 8.4, 15.4.5."""
    for v in r.all("Vary"):
        if not all(TOKEN.match(m.strip().encode("latin-1"))
                   for m in v.split(",")):
            yield "malformed Vary: %r" % v
    for coding in r.tokens("Content-Encoding"):
        if coding not in ("gzip", "br", "zstd"):
            yield "unknown Content-Encoding: %r" % coding
    if r.has("Content-Encoding") and \
            "accept-encoding" not in r.tokens("Vary") and \
            "*" not in r.tokens("Vary"):
        yield "Content-Encoding without Vary: Accept-Encoding"
    if r.status == 304 and r.has("Content-Encoding"):
        yield "304 describes a content coding"
    if r.status == 304 and r.has("Content-Type"):
        yield "Content-Type in a 304"


def rule_cache_control(r):
    """RFC 9111 5.2: grammar, and directives that contradict each other."""
    seen = {}
    for v in r.all("Cache-Control"):
        for d in re.split(r",(?=(?:[^\"]*\"[^\"]*\")*[^\"]*\Z)", v):
            d = d.strip()
            if not CACHE_DIRECTIVE.match(d):
                yield "malformed Cache-Control: %r" % v
                continue
            name = d.partition("=")[0].lower()
            if name in seen:
                yield "Cache-Control repeats %s" % name
            seen[name] = d.partition("=")[2]
    for a, b in (("no-store", "max-age"), ("no-store", "immutable"),
                 ("public", "private"), ("no-store", "public"),
                 ("no-cache", "immutable")):
        if a in seen and b in seen:
            yield "Cache-Control says %s and %s" % (a, b)
    for name in ("max-age", "s-maxage", "stale-while-revalidate"):
        if name in seen and not re.match(r"[0-9]+\Z", seen[name]):
            yield "%s=%r is no number of seconds" % (name, seen[name])


def rule_status_fields(r):
    """Fields that a status must have or must not have (RFC 9110 15)."""
    if r.status == 405 and not r.has("Allow"):
        yield "405 without Allow"
    if r.status in (301, 302, 303, 307, 308) and not r.has("Location"):
        yield "%d without Location" % r.status
    if r.status == 407:
        yield "407: this server is no proxy"
    if r.status == 401 and not CHALLENGE.match(
            r.get("WWW-Authenticate") or ""):
        yield "401 without a challenge"
    if r.status != 401 and r.has("WWW-Authenticate"):
        yield "WWW-Authenticate in a %d" % r.status
    if r.status == 429 and not r.has("Retry-After"):
        yield "429 without Retry-After"
    if r.status == 206:
        multi = (r.get("Content-Type") or "").startswith("multipart/byteranges")
        if r.has("Content-Range") == multi:
            yield "206 needs Content-Range or multipart/byteranges, not both"
    if r.status == 416 and not re.match(r"bytes \*/[0-9]+\Z",
                                        r.get("Content-Range") or ""):
        yield "416 without Content-Range: bytes */N"
    if r.status not in (206, 416) and r.has("Content-Range"):
        yield "Content-Range in a %d" % r.status
    for v in r.all("Content-Range"):
        m = CONTENT_RANGE.match(v)
        if not m:
            yield "malformed Content-Range: %r" % v
        elif r.status == 206 and m.group(1):
            first, last, size = (int(x) for x in m.groups()[:3])
            if not first <= last < size:
                yield "impossible Content-Range: %r" % v
            if r.method != "HEAD" and len(r.body) != last - first + 1:
                yield "Content-Range %r with %d bytes" % (v, len(r.body))
    if r.status >= 400 and (r.has("ETag") or r.has("Last-Modified")) and \
            r.status not in (412, 416):
        yield "validators of another thing on a %d" % r.status


def rule_connection(r):
    """RFC 9112 9.3, 9.6; RFC 9110 7.6.1."""
    tokens = r.tokens("Connection")
    for t in tokens:
        if not TOKEN.match(t.encode("latin-1")):
            yield "malformed Connection: %r" % t
    if "close" in tokens and "keep-alive" in tokens:
        yield "Connection says close and keep-alive"
    if r.has("Keep-Alive") and "close" in tokens:
        yield "Keep-Alive on a connection that closes"
    if "transfer-encoding" in tokens or "content-length" in tokens:
        yield "Connection names a framing field"
    for name in ("Proxy-Connection", "Trailer", "Upgrade"):
        if r.has(name):
            yield "%s from a server that has none" % name


def rule_allow(r):
    """RFC 9110 10.2.1."""
    for v in r.all("Allow"):
        for m in v.split(","):
            if not TOKEN.match(m.strip().encode("latin-1")):
                yield "malformed Allow: %r" % v


def rule_interim(r):
    """RFC 9110 15.2: only 100 is ever sent here, and it says nothing."""
    for i in r.interim:
        if i.status != 100:
            yield "interim response %d" % i.status


RULES = [f for n, f in sorted(globals().items()) if n.startswith("rule_")]


class Linter:
    """check() raises with every breach.  Remembers what has been said under
    each tag and for each target, so that later responses can be held to it."""

    def __init__(self, strong_is_strong=True):
        self.seen = 0
        self.strong_is_strong = strong_is_strong
        self.forget()

    def check(self, r):
        self.seen += 1
        faults = [s for rule in RULES for s in rule(r)]
        faults += self.tag_memory(r)
        faults += self.strength_memory(r)
        faults += self.vary_memory(r)
        assert not faults, "%s\nin %r" % ("; ".join(faults), r)

    def tag_memory(self, r):
        """RFC 9110 8.8.1: a strong validator names one sequence of bytes; what
        206, 304 and HEAD say of it is true of the 200 (9.3.2, 14.4, 15.4.5)."""
        tag = r.etag
        if not self.strong_is_strong or not tag or tag.startswith("W/"):
            return
        if r.status == 200 and r.method == "GET":
            now = Sent(r)
            was = self.by_tag.setdefault(tag, now)
            if (was.digest, was.coding) != (now.digest, now.coding):
                yield "strong tag %s for two sequences of bytes" % tag
            return
        was = self.by_tag.get(tag)
        if not was:
            return
        if r.has("Content-Length") and (
                r.status == 304 or (r.status == 200 and r.method == "HEAD")):
            if r.get("Content-Length") != str(was.bytes):
                yield "Content-Length %s of a %d differs from the 200's %d" % (
                    r.get("Content-Length"), r.status, was.bytes)
        m = CONTENT_RANGE.match(r.get("Content-Range") or "")
        if r.status == 206 and m and m.group(1):
            first, last, size = (int(x) for x in m.groups()[:3])
            if size != was.bytes:
                yield "a 206 of %d bytes, the 200 had %d" % (size, was.bytes)
            elif was.body and r.body != was.body[first:last + 1]:
                yield "a 206 with other bytes than the 200's"

    def strength_memory(self, r):
        """RFC 9110 8.8.1: whether a tag is strong is a property of what it
        names, not of the moment."""
        if not r.etag or not self.strong_is_strong:
            return
        weak = r.etag.startswith("W/")
        opaque = r.etag[2:] if weak else r.etag
        if self.weak.setdefault((r.target, opaque), weak) != weak:
            yield "one tag, weak and strong: %s" % opaque

    def vary_memory(self, r):
        """RFC 9110 12.5.5: a negotiable resource varies in all its answers:
        identity ones, 304, and those that depend on the form selected."""
        if r.target is None or r.status not in (200, 206, 304, 412, 416):
            return
        if "accept-encoding" in r.tokens("Vary"):
            self.negotiable.add(r.target)
        elif r.target in self.negotiable:
            yield "no Vary: Accept-Encoding on the negotiable %s" % (r.target,)

    def forget(self):
        self.by_tag = {}         # strong tag -> Sent
        self.weak = {}           # (target, opaque tag) -> was it weak?
        self.negotiable = set()  # targets that have varied


class Sent:
    """What a 200 sent under its tag."""

    def __init__(self, r):
        self.digest = hashlib.sha256(r.body).digest()
        self.coding = r.get("Content-Encoding", "identity")
        self.bytes = len(r.body)
        self.body = r.body if len(r.body) <= 65536 else None


def twin_304(r200, r304):
    """RFC 9110 15.4.5: what a 200 would have said of these, a 304 says."""
    assert r304.status == 304, r304
    assert r304.body == b""
    for name in LIST_304:
        if name == "Expires" and r200.has(name) and r304.has(name):
            continue  # relative to the moment
        assert r200.all(name) == r304.all(name), (
            name, r200.all(name), r304.all(name))
    if r304.has("Content-Length"):
        assert r304.get("Content-Length") == r200.get("Content-Length")


def twin_head(r_get, r_head):
    """RFC 9110 9.3.2: HEAD has the fields of GET."""
    assert r_head.status == r_get.status
    assert r_head.body == b""
    skip = {"date", "expires"}
    a = [(n.lower(), v) for n, v in r_get.fields if n.lower() not in skip]
    b = [(n.lower(), v) for n, v in r_head.fields if n.lower() not in skip]
    assert a == b, (a, b)
