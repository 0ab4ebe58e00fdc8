#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""dashboard: writes dashboard.json for Grafana from the rows below: what clients
notice (rate, errors, duration) at the top, what it costs and why below.

    ./dashboard.py >dashboard.json
"""
import json

AT = 'job=~"$job",instance=~"$instance"'
RATE = "[$__rate_interval]"


def rate(name, by="instance", more=""):
    return "sum by (%s) (rate(%s{%s%s}%s))" % (by, name, AT, more, RATE)


def share(part, whole):
    return "%s / %s" % (part, whole)


def quantile(q, name):
    return "histogram_quantile(%s, %s)" % (q, rate(name + "_bucket", "le"))


def gauge(name, by="instance"):
    return "sum by (%s) (%s{%s})" % (by, name, AT)


# title, what it says, unit, width, [(expression, legend)]
ROWS = (
    ("What clients notice: rate, errors, duration", (
        ("Requests", "Answers a second, by status.", "reqps", 8, [
            (rate("etagd_responses_total", "code"), "{{code}}")]),
        ("Errors", "Share of the answers that are 5xx, and that are 4xx.",
         "percentunit", 8, [
             (share(rate("etagd_responses_total", "instance",
                         ',code=~"5.."'), rate("etagd_responses_total")),
              "5xx {{instance}}"),
             (share(rate("etagd_responses_total", "instance",
                         ',code=~"4.."'), rate("etagd_responses_total")),
              "4xx {{instance}}")]),
        ("Time to the first byte",
         "From a request's first byte to the first one of its response.", "s",
         8, [(quantile(q, "etagd_first_byte_seconds"), q)
             for q in ("0.5", "0.95", "0.99")]),
        ("Duration", "From a request's first byte to the last one of its "
         "response: long for large files and slow readers.", "s", 8, [
             (quantile(q, "etagd_request_duration_seconds"), q)
             for q in ("0.5", "0.95", "0.99")]),
        ("Bytes", "Handed to the system, heads included.", "Bps", 8, [
            (rate("etagd_sent_bytes_total"), "{{instance}}")]),
        ("Not modified", "Share of the answers that are 304.", "percentunit",
         8, [(share(rate("etagd_responses_total", "instance",
                         ',code="304"'), rate("etagd_responses_total")),
              "{{instance}}")]),
    )),
    ("Connections", (
        ("Open", "And how many fit.", "short", 6, [
            (gauge("etagd_connections_open"), "{{instance}}"),
            (gauge("etagd_connections_limit"), "limit {{instance}}")]),
        ("In flight", "Connections with a request or response under way.",
         "short", 6, [(gauge("etagd_requests_in_flight"), "{{instance}}")]),
        ("New and ended", "Ended ones by the reason.", "cps", 6, [
            (rate("etagd_connections_accepted_total", "job"), "accepted"),
            (rate("etagd_connections_closed_total", "reason"),
             "{{reason}}")]),
        ("Handed over", "To workers that serve on, at a reload or an upgrade; "
         "those that do not fit there end.", "cps", 6, [
             (rate("etagd_connections_given_total"), "given {{instance}}"),
             (rate("etagd_connections_taken_total"), "taken {{instance}}"),
             (rate("etagd_connections_untaken_total"),
              "ended {{instance}}")]),
        ("Waiting to be accepted", "Of each listening socket, and refused for "
         "want of descriptors.", "short", 6, [
             (gauge("etagd_listen_queue", "instance, address"),
              "{{instance}} {{address}}"),
             (rate("etagd_connections_refused_total"),
              "refused/s {{instance}}")]),
        ("Busiest worker against the mean", "1 is an even share.", "short", 6, [
            ("max by (instance) (rate(etagd_requests_total{%s}%s)) / "
             "avg by (instance) (rate(etagd_requests_total{%s}%s))"
             % (AT, RATE, AT, RATE), "{{instance}}")]),
        ("Descriptors", "Of the worker that has most.", "short", 6, [
            ("max by (instance) (etagd_descriptors_open{%s})" % AT,
             "{{instance}}"),
            ("max by (instance) (etagd_descriptors_limit{%s})" % AT,
             "limit {{instance}}")]),
    )),
    ("Files", (
        ("File cache", "Share of the lookups that find what they need, and "
         "that drive something out.", "percentunit", 6, [
             ("1 - " + share(rate("etagd_cache_misses_total"),
                             rate("etagd_cache_lookups_total")),
              "found {{instance}}"),
             (share(rate("etagd_cache_evictions_total"),
                    rate("etagd_cache_lookups_total")),
              "driven out {{instance}}")]),
        ("Cache entries", "And how many fit.", "short", 6, [
            (gauge("etagd_cache_entries"), "{{instance}}"),
            (gauge("etagd_cache_entries_limit"), "limit {{instance}}")]),
        ("Prepared memory", "Of the preparer, and its limit.", "bytes", 6, [
            (gauge("etagd_prepared_bytes"), "{{instance}}"),
            (gauge("etagd_prepared_bytes_limit"), "limit {{instance}}")]),
        ("Memory given back", "Prepared bytes a second that nobody asked for "
         "any more, and how often the kernel said that memory is short.",
         "short", 6, [
             (rate("etagd_prepared_bytes_given_back_total"),
              "bytes/s {{instance}}"),
             ("sum by (instance) (increase(etagd_memory_shortages_total"
              "{%s}%s))" % (AT, RATE), "shortages {{instance}}")]),
        ("Codings", "Forms made a second, and files that wait for one.",
         "short", 6, [
             (rate("etagd_coded_forms_total", "coding"), "{{coding}}/s"),
             (gauge("etagd_coding_queue"), "waiting {{instance}}")]),
        ("Preparer", "Files asked about and read a second.", "short", 6, [
            (rate("etagd_preparer_asks_total"), "asked {{instance}}"),
            (rate("etagd_preparer_files_read_total"), "read {{instance}}")]),
    )),
    ("Nodes", (
        ("Up", "Drains: about to end.", "short", 6, [
            ("up{%s}" % AT, "up {{instance}}"),
            (gauge("etagd_draining"), "drains {{instance}}")]),
        ("Generation", "Reloads and upgrades: a new number, or 1.", "short", 6,
         [(gauge("etagd_generation"), "{{instance}}"),
          ("sum by (instance, result) (increase(etagd_config_reloads_total"
           "{%s}%s))" % (AT, RATE), "{{result}} {{instance}}"),
          ("sum by (instance) (increase(etagd_upgrades_total{%s}%s))"
           % (AT, RATE), "upgrade {{instance}}")]),
        ("Last reload", "Since the last one that was taken; 0 successful: the "
         "file has faults.", "s", 6, [
             ("time() - etagd_config_last_reload_success_timestamp_seconds"
              "{%s}" % AT, "taken {{instance}}"),
             (gauge("etagd_config_last_reload_successful"),
              "successful {{instance}}")]),
        ("Restarts", "Processes that ended and were started again.", "short",
         6, [("sum by (instance, process, reason) "
              "(increase(etagd_process_restarts_total{%s}%s))" % (AT, RATE),
              "{{instance}} {{process}} {{reason}}")]),
        ("Workers", "And the oldest beat of them.", "short", 6, [
            (gauge("etagd_workers"), "{{instance}}"),
            ("max by (instance) (etagd_worker_beat_age_seconds{%s})" % AT,
             "beat {{instance}}")]),
        ("Running for", "The program that serves.", "s", 6, [
            ("time() - etagd_start_time_seconds{%s}" % AT, "{{instance}}")]),
        ("Versions and configurations", "One of each, where all nodes are "
         "alike.", "short", 6, [
             ("count by (version) (etagd_build_info{%s})" % AT, "{{version}}"),
             ("count by (hash) (etagd_config_info{%s})" % AT, "{{hash}}")]),
        ("Access log lines lost", "A full disk, or a slow reader.", "short", 6,
         [(rate("etagd_access_log_lost_total"), "{{instance}}")]),
    )),
)

SOURCE = {"type": "prometheus", "uid": "${source}"}


def panel(number, place, title, says, unit, queries):
    return {
        "id": number, "type": "timeseries", "title": title,
        "description": says, "datasource": SOURCE, "gridPos": place,
        "fieldConfig": {"defaults": {"unit": unit, "min": 0,
                                     "custom": {"fillOpacity": 8}},
                        "overrides": []},
        "options": {"legend": {"displayMode": "list", "placement": "bottom"},
                    "tooltip": {"mode": "multi", "sort": "desc"}},
        "targets": [{"refId": chr(65 + i), "datasource": SOURCE,
                     "expr": expr, "legendFormat": legend}
                    for i, (expr, legend) in enumerate(queries)],
    }


def panels():
    out, y = [], 0
    for title, row in ROWS:
        out.append({"id": len(out) + 1, "type": "row", "title": title,
                    "collapsed": False, "panels": [],
                    "gridPos": {"x": 0, "y": y, "w": 24, "h": 1}})
        x, y = 0, y + 1
        for name, says, unit, width, queries in row:
            if x + width > 24:
                x, y = 0, y + 8
            place = {"x": x, "y": y, "w": width, "h": 8}
            out.append(panel(len(out) + 1, place, name, says, unit, queries))
            x += width
        y += 8
    return out


def variable(name, of, within=""):
    query = "label_values(etagd_build_info%s, %s)" % (within, of)
    return {"name": name, "type": "query", "datasource": SOURCE,
            "query": {"query": query, "refId": name}, "definition": query,
            "refresh": 2, "multi": True, "includeAll": True, "sort": 1,
            "current": {"text": ["All"], "value": ["$__all"]}}


def dashboard():
    return {
        "uid": "etagd", "title": "etagd", "tags": ["etagd"],
        "schemaVersion": 38, "editable": True, "refresh": "30s",
        "time": {"from": "now-1h", "to": "now"},
        "templating": {"list": [
            {"name": "source", "label": "Data source", "type": "datasource",
             "query": "prometheus", "refresh": 1, "current": {}},
            variable("job", "job"),
            variable("instance", "instance", '{job=~"$job"}')]},
        "panels": panels(),
    }


if __name__ == "__main__":
    print(json.dumps(dashboard(), indent=1))
