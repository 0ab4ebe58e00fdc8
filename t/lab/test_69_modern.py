# SPDX-License-Identifier: MIT
"""Pages as today's courses teach them, in each browser, with and without the
right to capture: a report of each, and nothing that differs.  The default run
takes some; $ETAGD_TEST_STUDENTS=all takes all."""
import itertools
import json

import pytest

from etagdlab import tools
from test_60_lab import outcomes, run
from test_65_pages import page, png, wav
from test_68_students import ALL, installed  # noqa: F401 (a fixture)

LOGO = {"logo.png": png()}
IMG = "<img src=logo.png>"
SVG = b"<svg xmlns='http://www.w3.org/2000/svg'>%s</svg>"
INLINE = "<img src=\"data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/" \
    "svg'/%3E\">"
FONT = b"wOF2" + bytes(400)
WORKER = b"""
self.addEventListener('install', e => e.waitUntil(
    caches.open('1').then(c => c.addAll(['logo.png'])).then(() => skipWaiting())));
self.addEventListener('activate', e => e.waitUntil(clients.claim()));
self.addEventListener('fetch', e => e.respondWith(
    caches.match(e.request).then(r => r || fetch(e.request))));
"""
REGISTER = "<script>navigator.serviceWorker.register('sw.js')</script>"

# name: (the page, its files)
SITES = {
    "modules": (
        "<script type=importmap>{\"imports\": {\"lib\": \"./lib.js\"}}</script>"
        "<link rel=modulepreload href=lib.js><div id=app></div>"
        "<script type=module>import { view } from 'lib'; view();</script>" + IMG,
        {"lib.js": b"import { text } from './text.js'; export function view() {"
                   b" document.getElementById('app').textContent = text;"
                   b" import('./later.js'); history.pushState({}, '', '#/home'); }",
         "text.js": b"export const text = 'hello';", "later.js": b"export {};",
         **LOGO}),
    "lazy": (IMG + "<p style='height:20000px'>x</p><img loading=lazy "
             "src=far.png width=4 height=4><iframe loading=lazy src=far.html>"
             "</iframe>", {"far.png": png(9), "far.html": b"<p>x", **LOGO}),
    "picture": ("<picture><source srcset='a.avif' type=image/avif>"
                "<source media='(min-width: 1px)' srcset='b.png 1x, c.png 2x'>"
                "<img src=logo.png></picture><img srcset='d.png 300w, e.png "
                "3000w' sizes=100vw src=logo.png>",
                {n + ".png": png(i + 5) for i, n in enumerate("bcde")} | LOGO |
                {"a.avif": b"no picture"}),
    "sheets": ("<link rel=stylesheet href=a.css><p>x<i>y</i></p>" + IMG,
               {"a.css": b"@import 'b.css'; @font-face { font-family: f; src: "
                         b"url(none.woff2), url(f.woff2) } p { font-family: f }",
                "b.css": b"@import url(c.css) screen; p { background: "
                         b"url(back.png) }",
                "c.css": b"i { font-family: f }", "f.woff2": FONT,
                "back.png": png(7), **LOGO}),
    "worker": (REGISTER + IMG, {"sw.js": WORKER, **LOGO}),
    "sprite": ("<svg><use href='s.svg#a'/></svg><svg><use href='s.svg#b'/></svg>"
               + IMG, {"s.svg": SVG % (b"<symbol id='a'><path d='M0 0h9'/>"
                                       b"</symbol><symbol id='b'/>"), **LOGO}),
    "film": ("<video src=film.webm controls preload=metadata></video><audio "
             "src=intro.wav autoplay muted></audio>" + IMG +
             "<script>document.querySelector('audio').currentTime = 40</script>",
             {"film.webm": b"\x1aE\xdf\xa3" + bytes(3000000), "intro.wav":
              wav(60), **LOGO}),
    "inline": (INLINE + "<style>body { background: url(data:image/gif;base64,"
               "R0lGODlhAQABAAAAACw=) }</style>", {}),
    "manifest": ("<link rel=manifest href=app.webmanifest><link rel="
                 "apple-touch-icon href=logo.png><meta name=theme-color "
                 "content=red>" + IMG,
                 {"app.webmanifest": json.dumps({
                     "name": "x", "start_url": "./", "display": "standalone",
                     "icons": [{"src": "logo.png", "sizes": "4x4", "type":
                                "image/png"}]}).encode(), **LOGO}),
    "polling": (IMG + "<script>setInterval(() => fetch('data.json', {cache: "
                "'no-store'}).then(r => r.json()), 150); fetch('data.json')"
                "</script>", {"data.json": b"{}", **LOGO}),
    "srcdoc": ("<iframe srcdoc='<img src=logo.png><link rel=stylesheet "
               "href=a.css>'></iframe><iframe srcdoc='<p>x'></iframe>"
               "<object data=o.svg></object><embed src=o.svg>",
               {"a.css": b"p { color: red }", "o.svg": SVG % b"", **LOGO}),
    "hints": ("<link rel=preload as=image href=logo.png><link rel=prefetch "
              "href=next.html><link rel=preconnect href=/><link rel=preload "
              "as=font href=f.woff2 crossorigin>" + IMG +
              "<script>navigator.sendBeacon('seen', 'x')</script>",
              {"next.html": b"<p>x", "f.woff2": FONT, **LOGO}),
}
RUNS = list(itertools.product(SITES, tools.BROWSERS, ("auto", "off")))
SOME = [("worker", "chromium", "auto"), ("polling", "chromium", "auto"),
        ("film", "chromium", "off"), ("modules", "firefox", "auto"),
        ("srcdoc", "firefox", "off")]


@pytest.mark.parametrize("site,browser,capture", RUNS if ALL else SOME)
def test_a_report_of_each(program, tmp_path, installed,  # noqa: F811
                          site, browser, capture):
    installed(browser)
    body, files = SITES[site]
    folder = page(tmp_path, body, **files)
    data, html, _ = run(program, tmp_path, "-s",
                        "first,again,reload,hard,edit-logo,again,back",
                        "--matrix", "off", "-q", "--capture", capture,
                        "--browser", browser, folder)
    assert not any(s["failed"] for s in data["steps"])
    assert "They differ" not in html
    first = outcomes(data["steps"][0])
    assert first["/"] == "200"
    pictures = {"/" + n for n in files if n.endswith(".png")} & set(first)
    assert pictures or site == "inline"
    assert all(first[p].split()[0] == "200" for p in pictures)
    assert bool(data["steps"][4]["skipped"]) != bool(pictures)
    if capture == "auto" and data["capture"]["way"]:
        assert data["capture"]["dropped"] == 0
