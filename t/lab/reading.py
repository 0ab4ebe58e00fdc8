# SPDX-License-Identifier: MIT
"""What a test reads out of a report."""
import html
import pathlib
import re

from etagdlab import fields, scenario, talk

TOP = pathlib.Path(__file__).resolve().parents[2]


def english(page):
    """What a report says in three English words or more, but for what programs
    and browsers say (PRE, CODE, the versions)."""
    text = re.sub(r"(?s)<(style|pre|code|title|dd)\b.*?</\1>", " ", page)
    text = re.sub(r"(?s)<section id=\"versions\".*?</section>", " ", text)
    text = re.sub(r"<[^>]*>", "\n", text)
    return re.findall(r"[A-Za-z]{2,},? [A-Za-z]{2,},? [A-Za-z]{2,}.*", text)


# What stays as it is in every language.
STAYS = frozenset("""
HTTP HTTPS TCP IP RFC MSS SACK ISN SYN ACK FIN RST PSH URG SYN-ACK MSL
GET HEAD POST PUT OPTIONS Fetch Metadata Linux Wireshark Chromium etagd lab
OK Not Modified Found Partial Content GMT Mon Tue Wed Thu Fri Sat Sun
Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec CAP_NET_RAW TCP_TIMEWAIT_LEN
SYN-SENT SYN-RECEIVED ESTABLISHED FIN-WAIT-1 FIN-WAIT-2 CLOSE-WAIT LAST-ACK
CLOSING CLOSED TIME-WAIT LISTEN HeadlessChrome gzip br zstd identity
document image style navigate no-cors nosniff bytes close keep-alive prefetch
capture off Ctrl Shift Firefox Python SACK_PERM TSval TSecr WS Service Worker
""".split()) | {w.lower() for w in (
    *fields.MEANS, *fields.DIRECTIVES, "cache-control", "content-range")} | \
    set(scenario.WORDS) | set(talk.WAYS) | {"x-odd"}


def untranslated(page):
    """Every English word that a reader or a screen reader meets in a Chinese
    report, but for what STAYS, and what programs and the wire say (PRE, CODE,
    names of files, packets' own words, the versions themselves)."""
    text = re.sub(r"(?s)<(style|pre|code|title|dd|nav)\b.*?</\1>", " ", page)
    text = re.sub(r"(?s)<section id=\"versions\".*?</section>",
                  lambda m: re.sub(r"(?s)<td>.*?</td>", " ", m[0]), text)
    # rows of packets and of fields, paths, first lines: the wire's own
    text = re.sub(r"(?s)<tr class=\"(?:ask|ack|syn|end|data|s\w+)\">.*?</tr>",
                  " ", text)
    text = re.sub(r"(?s)<t[hd][^>]*class=\"?(?:path|wire)\b.*?</t[hd]>", " ",
                  text)
    text = re.sub(r"(?s)<text[^>]*class=\"lab\".*?</text>", " ", text)
    text = re.sub(r"(?s)<g class[^>]*><title>.*?</title>", " ", text)
    text = re.sub(r"(?s)<(\w+)[^>]*class=\"?wire\"?[^>]*>.*?</\1>", " ", text)
    # what the ini has for a row of the matrix
    text = re.sub(r"<th scope=\"row\" title=\"[^\"]*\">", "", text)
    spoken = re.findall(r"(?:alt|aria-label|title)=\"([^\"]*)\"", text)
    text = re.sub(r"<[^>]*>", "\n", text) + "\n".join(spoken)
    words = re.findall(r"(?<![\w/.=:%*-])[A-Za-z][A-Za-z_-]+=?(?![\w/.=:%*-])",
                       html.unescape(text))
    return sorted({w for w in words
                   if w not in STAYS and w.lower() not in STAYS})
