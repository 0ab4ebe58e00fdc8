# SPDX-License-Identifier: MIT
"""policies: what browsers do with each policy: www/lab/policies.json, the table
that the gallery, the lab and all tests share."""
import json

import harness

TABLE = json.loads((harness.TOP / "www/lab/policies.json").read_text())
ACTIONS = TABLE["actions"].split()
POLICIES = TABLE["policies"]


def rule(name):
    """Lines of a [cache] section."""
    return "\n".join(POLICIES[name]["rule"])


def outcome(name, action, firefox=False):
    """"200", "304", "0" (not asked), "~" (not asked first) or "." (unknown)"""
    row = POLICIES[name]
    usual = row["visits"].split()[ACTIONS.index(action)]
    return row.get("firefox", {}).get(action, usual) if firefox else usual


def wire(outcome):
    """Statuses in the log."""
    return {"200": [200], "304": [304], "0": [], "~": [304]}[outcome]
