# SPDX-License-Identifier: MIT
"""packaging/monitoring: rules and dashboard that Prometheus takes, and that
speak of what etagd tells."""
import json
import re
import subprocess
import sys

from harness import TOP
from samples import parse
from test_87_metrics import promtool, scraped  # noqa: F401
from wire import DEADLINE_S

HERE = TOP / "packaging" / "monitoring"
NAME = re.compile(r"\betagd_[a-z_]+")
# Told for those that look closer; no panel and no alert of its own.
UNUSED = set()


def expressions():
    """Those of the dashboard, as Grafana would ask them."""
    out = []
    for panel in json.loads((HERE / "dashboard.json").read_text())["panels"]:
        for target in panel.get("targets", ()):
            out.append(target["expr"].replace("$__rate_interval", "5m")
                       .replace("$job", ".+").replace("$instance", ".+"))
    assert len(out) > 30
    return out


def tool(*args):
    done = subprocess.run([promtool()] + [str(a) for a in args], text=True,
                          capture_output=True, timeout=DEADLINE_S, cwd=HERE)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_rules_are_correct():
    tool("check", "rules", "alerts.yml")
    tool("check", "config", "prometheus.yml")


def test_the_alerts_fire_where_they_shall():
    tool("test", "rules", "alerts-test.yml")


def test_each_alert_is_tested_both_ways():
    alerts = re.findall(r"- alert: (\w+)", (HERE / "alerts.yml").read_text())
    tests = (HERE / "alerts-test.yml").read_text()
    assert len(alerts) == len(set(alerts)) > 10
    for name in alerts:
        assert re.search(r"alertname: %s\n +exp_alerts:" % name, tests), name
        assert re.search(r"alertname: %s}" % name, tests), name


def test_the_dashboard_is_what_its_rows_say():
    done = subprocess.run([sys.executable, HERE / "dashboard.py"], text=True,
                          capture_output=True, check=True)
    assert (HERE / "dashboard.json").read_text() == done.stdout


def test_prometheus_understands_the_dashboard(tmp_path):
    rules = "".join("  - {record: 'r:%d', expr: '%s'}\n"
                    % (i, e.replace("'", "''"))
                    for i, e in enumerate(expressions()))
    (tmp_path / "r.yml").write_text("groups:\n- name: d\n  rules:\n" + rules)
    tool("check", "rules", tmp_path / "r.yml")


def test_they_speak_of_what_is_told(scraped):  # noqa: F811
    s = scraped()
    s.ask_for(1)
    s.await_total("etagd_requests_total", 1)
    s.await_total("etagd_generation", 1)
    told = {name for name, _ in parse(s.get().text)}
    used = set(NAME.findall("\n".join(expressions()) + re.sub(
        r"#.*", "", (HERE / "alerts.yml").read_text())))
    assert used - told == set()
    families = {re.sub("_(bucket|sum|count)$", "", name) for name in told}
    used = {re.sub("_bucket$", "", name) for name in used}
    assert families - used == UNUSED
