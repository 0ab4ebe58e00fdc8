# SPDX-License-Identifier: MIT
"""What was asked of the server's speed, a row each, and a run of all of it.

A figure is one of etagd's divided by another one's of the same round, and of
these the median; `met` judges the median.
"""
import dataclasses
from dataclasses import dataclass

from . import stats
from .cases import CASES
from .report import grid

OTHERS_SHARE = 0.1  # of a processor: so much of others' work is told
TITLES = {"files-100000": "100,000 different small files, each asked before"}
UNITS = {"cpu_us": "processor time", "rps": "requests/s", "start_ms": "time",
         "p99_us": "p99"}


def called(server):
    """nginx-static is the nginx of the cases that need it so"""
    return "the bare loop" if server == "floor" else server.split("-")[0]


@dataclass(frozen=True)
class Row:
    """etagd's `key` in `case`, divided by `their_key` of `theirs` in
    `their_case`, which are the same ones unless they are named"""
    case: str
    theirs: str
    limit: float
    key: str = "cpu_us"
    words: str = ""
    their_key: str = ""
    their_case: str = ""

    @property
    def at_least(self):
        return self.key == "rps"

    @property
    def of_what(self):
        return self.words or f"{UNITS[self.key]} of {called(self.theirs)}"


def each(case, **limits):
    return tuple(Row(case, theirs, limit) for theirs, limit in limits.items())


def kept(case, **figures):
    """what it was before, and a hundredth"""
    return each(case, **{k: round(1.01 * v, 4) for k, v in figures.items()})


ROWS = (
    each("file-100k", nginx=0.95, lighttpd=0.95, floor=1.05)
    + each("file-1m", nginx=0.90)
    + (Row("file-1m", "lighttpd", 1.0, "rps"),)
    + each("file-100m", nginx=1.0)
    + each("range", floor=1.10, lighttpd=1.0)
    + (Row("files-1000", "etagd", 1.10, their_case="files-1",
           words="processor time of one file"),)
    + each("files-100000", nginx=1.0) + each("files-1000000", nginx=1.1)
    + each("cold-files", nginx=1.2)
    + (Row("cold-files", "etagd", 1.0, "p99_us", their_key="alone_p99_us",
           words="hot p99 beside nobody"),
       Row("cold-start", "lighttpd", 1.1, "start_ms"))
    + each("new-connection", floor=1.0)
    + (Row("mix-1024", "nginx-static", 0.42),)
    + kept("page", floor=1.01, nginx=0.42, lighttpd=0.69)
    + kept("page-256", floor=1.09, nginx=0.41, lighttpd=0.77)
    + kept("logo", floor=1.04, nginx=0.51, lighttpd=0.75)
    + kept("not-modified", floor=1.03, nginx=0.55, lighttpd=0.86)
    + kept("not-found", floor=0.96, nginx=0.70, lighttpd=0.76)
    + kept("pipeline", floor=0.17, nginx=0.08, lighttpd=0.10)
    + kept("brotli", floor=1.10, nginx=0.50, lighttpd=0.76)
)


def cases(quick):
    """the cases of these rows, with those who are named and no others; what
    a server keeps of many files it has before the first round"""
    out = []
    for case in CASES:
        wanted = {r.theirs for r in ROWS if r.case == case.name}
        wanted |= {"etagd"} if wanted else set()
        wanted |= {r.theirs for r in ROWS if r.their_case == case.name}
        if not wanted or (quick and case.slow):
            continue
        # the bare loop beside the others: what the kernel leaves to be won
        wanted |= {"floor"} & set(case.servers)
        out.append(dataclasses.replace(
            case, goals=(), slow=False, warm=bool(case.files),
            title=TITLES.get(case.name, case.title),
            servers=tuple(s for s in case.servers if s in wanted)))
    return out


def rounds(results, case, server):
    servers = results.get(case, {}).get("servers", {})
    return servers.get(server, {}).get("rounds", [])


def others_of(result):
    """what others used of the machine, of each round the most"""
    shares = [[r["foreign"] for r in s["rounds"] if r and "foreign" in r]
              for s in result["servers"].values()]
    return [max(part) for part in zip(*filter(None, shares))]


def peers_own(results, row):
    """the same of nginx, where one figure of etagd's is held against another:
    as much is the client's doing"""
    if not row.their_key:
        return None
    of_nginx = rounds(results, row.case, "nginx")
    got = stats.ratios(of_nginx, of_nginx, row.key, row.their_key)
    return got and got["median"]


def judged(results):
    """the rows as plain data; `now` is None where it was not measured"""
    out = []
    for row in ROWS:
        if row.case not in results:
            continue
        theirs = rounds(results, row.their_case or row.case, row.theirs)
        now = stats.ratios(rounds(results, row.case, "etagd"), theirs, row.key,
                           row.their_key or row.key)
        loop = stats.ratios(rounds(results, row.case, "floor"), theirs,
                            row.key) if row.theirs != "floor" else None
        out.append({
            "case": row.case, "title": results[row.case]["title"],
            "of": row.of_what, "key": row.key, "theirs": row.theirs,
            "now": now, "asked": row.limit, "at_least": row.at_least,
            "met": None if not now else now["median"] >= row.limit
            if row.at_least else now["median"] <= row.limit,
            "floor": loop and loop["median"],
            "peer": peers_own(results, row),
            "others": others_of(results[row.case])})
    return out


# -- text --------------------------------------------------------------------

def now_words(now):
    if not now:
        return "-"
    low, high = (f"{now[k]:.2f}" for k in ("min", "max"))
    return f"{now['median']:.3f}" + (f" ({low}-{high})" if low != high else "")


def cells(row):
    """case, of what, now, asked, met"""
    met = {True: "yes", False: "no", None: "not measured"}[row["met"]]
    sign = ">=" if row["at_least"] else "<="
    return [row["title"], row["of"], now_words(row["now"]),
            f"{sign} {row['asked']:.3f}", met]


def beyond(row):
    """was more asked than a server that does nothing but the kernel's part?"""
    return row["met"] is False and not row["at_least"] and row["floor"] and \
        row["asked"] < row["floor"] <= row["now"]["median"]


def shares_of_others(judged_rows):
    return {r["title"]: r["others"] for r in judged_rows if r["others"]}


def about_others(judged_rows):
    """whether the machine was quiet, in a sentence"""
    all_ = [x for part in shares_of_others(judged_rows).values() for x in part]
    if not all_:
        return ""
    if max(all_) <= OTHERS_SHARE:
        return ("The machine was quiet: in no round did others use more than "
                f"{max(all_):.2f} of a processor.")
    return (f"Others were at work: they used {stats.median(all_):.2f} of a "
            f"processor in the median round, {max(all_):.2f} in the worst.")


def by_round(judged_rows):
    """what others used, where that was much"""
    shares = {title: part for title, part in
              shares_of_others(judged_rows).items() if max(part) > OTHERS_SHARE}
    return ["In the rounds of each case:"] + grid([
        ["  " + title, *(f"{x:.2f}" for x in part)]
        for title, part in shares.items()]) if shares else []


def remarks(judged_rows):
    """where more was asked than anybody can have, and where the client, which
    does both on one processor, has a part; a sentence each"""
    return [f"{r['title']}: the bare loop, which parses nothing and opens "
            f"nothing, takes {r['floor']:.2f} of {called(r['theirs'])} itself."
            for r in judged_rows if beyond(r)] + [
        f"{r['title']}: nginx has {r['peer']:.2f} of its {r['of']}."
        for r in judged_rows if r.get("peer")]


def text(judged_rows, quick):
    small = ["A quick look: 5,000 files stand for 100,000, 500 first requests "
             "for 10,000, 16 MiB for 100."] if quick else []
    heads = ["case", "of what", "now", "asked", "met"]
    done = [r for r in judged_rows if r["met"] is not None]
    return (["", "What was asked", ""]
            + grid([heads] + [cells(r) for r in judged_rows], left=2)
            + ["", f"{sum(r['met'] for r in done)} of {len(done)} are met."]
            + small + remarks(judged_rows) + [about_others(judged_rows)]
            + by_round(judged_rows))
