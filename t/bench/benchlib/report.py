# SPDX-License-Identifier: MIT
"""From rounds to figures, and figures to text."""
from . import stats
from .cases import TWINS

# column title, key, format; the range is printed where `wide`
COLUMNS = (
    ("requests/s", "rps", "{:,.0f}", True),
    ("CPU us each", "cpu_us", "{:.2f}", True),
    ("p50 us", "p50_us", "{:,.0f}", False),
    ("p99 us", "p99_us", "{:,.0f}", False),
    ("PSS kB", "pss_kb", "{:,.0f}", False),
    ("core", "core", "{:.0%}", False),
)
MORE = (
    ("observer us", "observer_us", "{:.2f}", False),
    ("events read/s", "events_read", "{:,.0f}", False),
    ("CPU alone", "cpu_alone_us", "{:.2f}", False),
    ("idle costs", "idle_costs", "{:.3f}", True),
    ("B/idle", "idle_bytes", "{:,.0f}", False),
    ("B/idle total", "idle_total_bytes", "{:,.0f}", False),
    ("start ms", "start_ms", "{:.1f}", True),
    ("start CPU ms", "start_cpu_ms", "{:.1f}", False),
    ("max us", "max_us", "{:,.0f}", False),
    ("p99 alone", "alone_p99_us", "{:,.0f}", False),
    ("p99 warm", "warm_p99_us", "{:,.0f}", False),
    ("max warm", "warm_max_us", "{:,.0f}", False),
    ("warm/s", "warm_rps", "{:,.0f}", False),
    ("coded", "coded", "{:.0%}", False),
    ("coded again", "coded_again", "{:.0%}", False),
)
AGAINST = ("floor", "nginx", "nginx-static", "nginx-gzip", "nginx-listing",
           "h2o", "lighttpd", "lighttpd-static", "lighttpd-listing", "etagd")
RATIO_KEYS = ("cpu_us", "rps", "pss_kb", "start_ms")


def summarize(case, entrants, left_out):
    """one case as plain data"""
    rounds = {e.name: e.rounds for e in entrants}
    out = {"title": case.title, "left_out": left_out, "servers": {},
           "ratios": {}, "goals": []}
    for e in entrants:
        done = [r for r in e.rounds if r]
        if not done:
            continue
        keys = sorted({k for r in done for k in r})
        out["servers"][e.name] = {
            "answer_bytes": e.answer_bytes, "rounds": e.rounds,
            "figures": {k: stats.spread([r.get(k) for r in done])
                        for k in keys}}
    for ours in out["servers"]:
        for theirs in out["servers"]:
            if ours == theirs:
                continue
            out["ratios"][f"{ours}/{theirs}"] = {
                k: got for k in RATIO_KEYS
                if (got := stats.ratios(rounds[ours], rounds[theirs], k))}
    for goal in case.goals:
        pair = out["ratios"].get(f"{goal.ours}/{goal.theirs}", {})
        if goal.key in pair:
            out["goals"].append(judge(goal, pair[goal.key]["median"]))
    return out


def judge(goal, value):
    met = value >= goal.limit if goal.at_least else value <= goal.limit
    return {"key": goal.key, "pair": f"{goal.ours}/{goal.theirs}",
            "limit": goal.limit, "at_least": goal.at_least,
            "median": value, "met": met}


def twins(results):
    """pairs of one server in two cases: median against median"""
    out = []
    for case, twin, name, limit in TWINS:
        try:
            a = results[case]["servers"][name]["figures"]["cpu_us"]
            b = results[twin]["servers"][name]["figures"]["cpu_us"]
        except KeyError:
            continue
        value = a["median"] / b["median"]
        out.append({"key": "cpu_us", "pair": f"{name}: {case}/{twin}",
                    "limit": limit, "at_least": False, "median": value,
                    "met": value <= limit})
    return out


# -- text --------------------------------------------------------------------

def cell(figure, form, wide):
    if not figure:
        return "-"
    text = form.format(figure["median"])
    if wide and figure["min"] != figure["max"]:
        low, high = (form.format(figure[k]) for k in ("min", "max"))
        text += f" ({low}-{high})"
    return text


def grid(rows, left=1):
    """the first columns to the left, the others to the right"""
    widths = [max(len(r[i]) for r in rows) for i in range(len(rows[0]))]
    lines = []
    for row in rows:
        cells = [c.ljust(w) if i < left else c.rjust(w)
                 for i, (c, w) in enumerate(zip(row, widths))]
        lines.append("  ".join(cells).rstrip())
    return lines


def case_lines(name, result):
    lines = ["", f"{name}: {result['title']}"]
    servers = result["servers"]
    if servers:
        columns = [c for c in COLUMNS + MORE
                   if any(c[1] in s["figures"] for s in servers.values())]
        against = [t for t in AGAINST if t in servers and len(servers) > 1]
        key = "cpu_us" if any("cpu_us" in s["figures"]
                              for s in servers.values()) else "start_ms"
        word = {"cpu_us": "CPU", "start_ms": "time"}[key]
        rows = [["  server"] + [c[0] for c in columns] +
                [f"{word}/{t}" for t in against]]
        for who, s in servers.items():
            row = ["  " + who]
            row += [cell(s["figures"].get(k), form, wide)
                    for _, k, form, wide in columns]
            row += [cell(result["ratios"].get(f"{who}/{t}", {}).get(key),
                         "{:.2f}", False) for t in against]
            rows.append(row)
        lines += grid(rows)
    lines += warnings(servers)
    lines += [f"  left out: {who}: {why}"
              for who, why in result["left_out"].items()]
    lines += goal_lines(result["goals"])
    return lines


def warnings(servers):
    lines = []
    for who, s in servers.items():
        errors = s["figures"].get("errors")
        if errors and errors["max"]:
            lines.append(f"  note: {who}: up to {errors['max']:.0f} wrong or"
                         " missing answers in a round")
        others = s["figures"].get("others")
        if others and others["median"] > 0.05:
            lines.append(f"  note: {who}: something else used"
                         f" {others['median']:.0%} of its processor")
    return lines


def goal_lines(goals):
    words = {"cpu_us": "CPU", "rps": "requests/s"}
    return [f"  {'met   ' if g['met'] else 'MISSED'} {words[g['key']]} "
            f"{g['pair']} {'>=' if g['at_least'] else '<='} "
            f"{g['limit']:.2f}: {g['median']:.3f}" for g in goals]
