# SPDX-License-Identifier: MIT
"""The one table of what browsers do (www/lab/policies.json), without a browser:
`etagd check` foresees it, the site's pages say it, and so do the lab's own
rules, which the gallery's tiles are under."""
import json
import re
import subprocess
import time

import pytest

import harness
import policies
from policies import POLICIES, TABLE, outcome

LOOK_S = 2  # what is fresh for a second is not any more
VISITS = ("first", "link", "reload", "hard", "tab", "restart")
WORDS = {"0": "-", "~": "-+304"}
INI = harness.TOP / "conf" / "lab.ini"
# A request field changes between two visits, of which `check` knows nothing.
UNFORESEEN = {("vary-new", "tab"), ("vary-new", "restart")}


def foreseen(ini, after_s):
    told = json.loads(harness.run("check", "-c", ini, "--json", "--after",
                                  "%ds" % after_s).stdout)
    return {p["path"]: p["visits"] for p in told["paths"]}


def test_check_foresees_what_browsers_do(tmp_path):
    tree, now = harness.Tree(tmp_path / "www"), time.time()
    rules = []
    for name, row in POLICIES.items():
        path = name + (".html" if name == "page" else ".png")
        tree.write(path, "<!doctype html><title>x</title>", now - row["age"])
        rules.append("[cache /%s]\n%s\n" % (path, policies.rule(name)))
    ini = tmp_path / "etagd.ini"
    ini.write_text("[server]\nlisten = 127.0.0.1:0\nroot = www\n\n" +
                   "\n".join(rules))
    told = foreseen(ini, LOOK_S)
    wrong = []
    for name in POLICIES:
        path = "/" + name + (".html" if name == "page" else ".png")
        for visit in VISITS:
            known = outcome(name, visit)
            if known != "." and (name, visit) not in UNFORESEEN and \
                    told[path][visit] != WORDS.get(known, known):
                wrong.append((name, visit, known, told[path][visit]))
    assert not wrong


@pytest.mark.parametrize("after_s", (0, LOOK_S, 7, 70))
def test_tiles_are_under_the_policies_that_the_table_names(after_s):
    told, wrong = foreseen(INI, after_s), []
    assert len(TABLE["tiles"]) == 22
    for tile, steps in TABLE["tiles"].items():
        step = [s for s in steps if s.get("from", 0) <= after_s][-1]
        for visit in VISITS:
            known = outcome(step["policy"], visit)
            right = {WORDS.get(known, known)} | (
                {"-"} if step.get("guess") else set())
            got = told["/lab/logo/%s.png" % tile][visit]
            if got not in right:
                wrong.append((tile, visit, right, got))
    assert not wrong


# What one does in the page's table: the column here, and what the last logo's
# policy has become by then.
ROWS = (("first", "max-age"), ("link", "max-age"), ("reload", "max-age"),
        ("hard", "max-age"), ("link", "expired"))


def test_the_first_page_says_the_same():
    """It has no script, so its table is written out."""
    text = (harness.TOP / "www" / "index.html").read_text()
    body = re.search(r"(?s)<tbody>(.*?)</tbody>", text).group(1)
    body = re.sub(r'(?s)<span lang="zh-CN">.*?</span>', "", body)
    body = re.sub(r'(?s)<span lang="en">(.*?)</span>', r"\1", body)
    said = [re.findall(r'<span class="\w+">([^<]+)</span>', row)
            for row in body.split("</tr>")[:-1]]
    words = {"0": "not asked"}
    assert said == [[words.get(o, o) for o in (
        outcome(policy, visit) for policy in ("page", "no-store", "no-cache",
                                              kept))]
                    for visit, kept in ROWS]


def test_the_lab_has_the_table_beside_it(tmp_path):
    """The helper finds it in the tree; where it is installed, the same file is
    among its modules."""
    text = (harness.TOP / "lab" / "local.mk").read_text()
    assert "$(LAB_MODULES) www/style.css www/lab/policies.json" in text
    told = subprocess.run(
        ["/usr/bin/python3", "-B", "-c",
         "import sys; sys.path[:0] = [%r]\n"
         "from etagdlab import matrix\n"
         "print(len(matrix.POLICIES), matrix.PAGE.expected[1])" %
         str(harness.TOP / "lab")], capture_output=True, text=True, check=True)
    assert told.stdout.split() == ["16", "304"]
