# SPDX-License-Identifier: MIT
"""samples: reads what /metrics answers, strictly: Prometheus's text format 0.0.4
and OpenMetrics 1.0 as far as etagd writes it."""
import re

SAMPLE = re.compile(r'([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? '
                    r'([0-9]+(?:\.[0-9]+)?|NaN|[+-]Inf)\Z')
LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"(,|\Z)')
PARTS = ("_bucket", "_sum", "_count")


def _labels(text, line):
    labels, at = {}, 0
    while at < len(text):
        k = LABEL.match(text, at)
        assert k and k.group(1) not in labels, line
        labels[k.group(1)] = k.group(2)
        at = k.end()
    return labels


def _belongs(sample, family, kind, om):
    """Is it a name of that family's samples?"""
    if kind == "histogram":
        return sample in {family + part for part in PARTS}
    if kind == "counter":
        assert om or family.endswith("_total")
        return sample == (family + "_total" if om else family)
    assert not family.endswith("_total")
    return sample == (family + "_info" if kind == "info" else family)


def parse(text, om=False):
    """{(name, ((label, value), ...)): number}.  HELP and TYPE come before the
    samples of each family, which are together, none twice."""
    assert text.endswith("# EOF\n" if om else "\n")
    lines = text[:-1].split("\n")[:-1 if om else None]
    types, samples, done, current = {}, {}, set(), None
    for line in lines:
        if line.startswith("# HELP "):
            current = line.split(" ", 3)[2]
            assert current not in done and len(line.split(" ", 3)) == 4, line
            done.add(current)
            continue
        if line.startswith("# TYPE "):
            _, _, name, kind = line.split(" ")
            assert name == current and name not in types, line
            assert kind in ("counter", "gauge", "histogram") + (
                ("info",) if om else ()), line
            types[name] = kind
            continue
        m = SAMPLE.match(line)
        assert m and current in types, line
        assert _belongs(m.group(1), current, types[current], om), line
        labels = _labels(m.group(2) or "", line)
        key = (m.group(1), tuple(sorted(labels.items())))
        assert key not in samples, line
        samples[key] = float(m.group(3))
    _histograms(types, samples)
    return samples


def _histograms(types, samples):
    """Buckets grow, the last one is +Inf and says what _count says."""
    for family, kind in types.items():
        if kind != "histogram":
            continue
        series = {}
        for (name, labels), value in samples.items():
            if name == family + "_bucket":
                rest = tuple(p for p in labels if p[0] != "le")
                series.setdefault(rest, []).append(
                    (float(dict(labels)["le"]), value))
        for rest, buckets in series.items():
            buckets.sort()
            assert buckets[-1][0] == float("inf")
            values = [v for _, v in buckets]
            assert values == sorted(values), (family, buckets)
            assert values[-1] == samples[family + "_count", rest]
            assert (family + "_sum", rest) in samples


def total(samples, name, **labels):
    """The sum over all that have these labels."""
    return sum(v for (n, at), v in samples.items() if n == name and
               labels.items() <= dict(at).items())
