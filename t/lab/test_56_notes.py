# SPDX-License-Identifier: MIT
"""Own words: from a Markdown file into the report, and nothing but text."""
import pytest

from etagdlab import cli, notes, report
from test_50_parts import sample

TEXT = """before any heading: nobody's
## In short
First *line* and **more** `a<b`,
second line.

- one
- two
  goes on

1. first
> said <script>alert(1)</script>

### Smaller
```
## no heading & more
```
## 配置
中文 **字**
## Nothing like it
x
"""


@pytest.mark.parametrize("lang", ("en", "zh"))
def test_each_in_its_section(lang):
    text, unknown = notes.fill(report.html(sample(), lang),
                               notes.sections(TEXT))
    assert unknown == ["Nothing like it"]
    short = text[text.index('<section id="short">'):]
    short = short[:short.index("</section>")]
    for part in ("<p>First <i>line</i> and <b>more</b> <code>a&lt;b</code>,\n"
                 "second line.</p>", "<ul><li>one</li><li>two goes on</li>"
                 "</ul>", "<ol><li>first</li></ol>", "<h4>Smaller</h4>",
                 "<blockquote>said &lt;script&gt;",
                 "<pre>## no heading &amp; more</pre>"):
        assert part in short, short
    conf = text[text.index('<section id="conf">'):]
    assert "<p>中文 <b>字</b></p>" in conf[:conf.index("</section>")]
    assert "<script" not in text and "nobody" not in text
    assert ("自己的话" in text) == (lang == "zh")


def test_again_replaces():
    once, _ = notes.fill(report.html(sample()), {"In short": "one\n"})
    twice, _ = notes.fill(once, {"short": "two\n"})
    assert "<p>two</p>" in twice and "<p>one</p>" not in twice
    assert twice.count("class=own") == 1


@pytest.mark.parametrize("bad", [
    "<img src=x onerror=alert(1)>", "[a](javascript:alert(1))", "&lt;b&gt;",
    "![x](http://e/x.png)", "<!-- end of own words --><script>", "**<b**",
    "`</code><script>`", "```\n</pre><script>\n```", "# x\n\"'>",
    "\0\x1b[31m", "*a **b* c**", "&#60;script>"])
def test_it_can_hold_nothing_but_text(bad):
    from html.parser import HTMLParser
    seen = []

    class Tags(HTMLParser):
        def handle_starttag(self, tag, attrs):
            seen.append((tag, attrs))
    parser = Tags()
    parser.feed(notes.html(bad))
    assert all(t in ("p", "b", "i", "code", "pre", "h4", "ul", "ol", "li",
                     "blockquote") and not a for t, a in seen), seen
    text, _ = notes.fill(report.html(sample()), {"short": bad})
    assert text.count("<!-- own words: ") == text.count(notes.END)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gbk"])
def test_as_editors_write_it(tmp_path, encoding):
    path = tmp_path / "n.md"
    path.write_bytes("## 摘要\r\n\r\n三次握手\r\n".encode(encoding))
    assert notes.read(path) == {"摘要": "\n三次握手\n"}


def test_into_a_report_that_is_there(tmp_path, capsys):
    path, words = tmp_path / "r.html", tmp_path / "n.md"
    path.write_text(report.html(sample()))
    args = ["lab", "--into", str(path)]
    assert cli.main(args) == cli.USAGE
    args += ["--notes", str(words)]
    assert cli.main(args) == cli.OK
    template = words.read_text()
    assert "## In short\n" in template and "has the headings" in \
        capsys.readouterr().err
    words.write_text(template.replace("short\n", "short\nMine.\n") +
                     "## Odd\nx\n")
    assert cli.main(args) == cli.OK
    assert "<p>Mine.</p>" in path.read_text()
    assert "no section has the heading Odd" in capsys.readouterr().err
    path.write_text("<p>")
    assert cli.main(args) == cli.USAGE
    words.write_bytes(bytes(notes.BYTES_MAX + 1))
    path.write_text(report.html(sample()))
    assert cli.main(args) == cli.FAILED
    assert "is larger" in capsys.readouterr().err
