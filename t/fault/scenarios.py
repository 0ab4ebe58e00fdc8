# SPDX-License-Identifier: MIT
"""scenarios: each lets something go wrong under load and counts the requests
that failed on connections which had nothing to do with it: 0, every time.

A scenario takes a number of rounds and gives a Result.  The tests run them in
their short form, `t/fault/run` in the form asked for.
"""
import acts
import churn
import deaths
import floods
import logs

# (name, function, rounds in the short and the long form)
SCENARIOS = (
    ("reload", acts.reload, 5, 50),
    ("reload of a broken file", acts.bad_reload, 3, 50),
    ("upgrade", acts.upgrade, 3, 10),
    ("upgrade that fails", acts.failed_upgrade, 4, 12),
    ("kill -9 of a worker", deaths.kill_worker, 3, 50),
    ("kill -9 of the preparer", deaths.kill_preparer, 3, 50),
    ("kill -9 of the observer", deaths.kill_observer, 3, 50),
    ("kill -9 of preparer and observer", deaths.kill_helpers, 2, 50),
    ("kill -9 of the master", deaths.kill_master, 1, 50),
    ("SIGSTOP of a worker", deaths.stop_worker, 3, 20),
    ("SIGSTOP of the preparer", deaths.stop_preparer, 2, 10),
    ("64 descriptors, 500 clients", floods.descriptors, 1, 10),
    ("slow heads", floods.slow_heads, 1, 10),
    ("slow readers", floods.slow_readers, 1, 20),
    ("log disk full", logs.full_log, 2, 30),
    ("log reader asleep", logs.stuck_pipe, 1, 10),
    ("files that change", churn.churn, 3, 100),
)
