# SPDX-License-Identifier: MIT
"""The arithmetic: medians, percentiles, ratios pair by pair."""


def median(values):
    v = sorted(values)
    if not v:
        return None
    mid = len(v) // 2
    return v[mid] if len(v) % 2 else (v[mid - 1] + v[mid]) / 2


def spread(values):
    """median, minimum and maximum of what was measured (None is left out)"""
    v = [x for x in values if x is not None]
    if not v:
        return None
    return {"median": median(v), "min": min(v), "max": max(v)}


def percentile(values, part):
    """nearest rank: the smallest value that `part` of them do not exceed"""
    v = sorted(values)
    if not v:
        return None
    rank = -(-part * len(v) // 100)
    return v[max(0, min(len(v), int(rank)) - 1)]


def ratios(ours, theirs, key, their_key=None):
    """The ratio of each round, then their spread.

    Rounds are interleaved, so both members of a pair were measured within
    seconds of each other; a machine that slows down for a minute changes both
    and not their ratio.  A round that either lacks is left out.
    """
    pairs = []
    for a, b in zip(ours, theirs):
        if a and b and a.get(key) and b.get(their_key or key):
            pairs.append(a[key] / b[their_key or key])
    return spread(pairs)
