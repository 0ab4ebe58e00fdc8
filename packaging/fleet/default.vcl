# Varnish in front of a fleet: one question to the nodes for each file and
# lifetime, whatever clients ask.
#     varnishd -f default.vcl -p http_gzip_support=off ...
# With that parameter it hands coded forms on as the nodes make them; else it
# asks for gzip alone and unpacks that where a client does not take it.
vcl 4.1;

import directors;
import std;

probe ready {
    .url = "/-/ready";
    .interval = 500ms;
    .timeout = 5s;
    .window = 3;
    .threshold = 2;
    .initial = 2;
}

backend etagd_1 { .host = "etagd-1:8080"; .probe = ready; }
backend etagd_2 { .host = "etagd-2:8080"; .probe = ready; }
backend etagd_3 { .host = "etagd-3:8080"; .probe = ready; }

sub vcl_init {
    new nodes = directors.round_robin();
    nodes.add_backend(etagd_1);
    nodes.add_backend(etagd_2);
    nodes.add_backend(etagd_3);
}

sub vcl_recv {
    set req.backend_hint = nodes.backend();
    # What is in front of this cache asks for its own health.
    if (req.url == "/-/ready") {
        if (std.healthy(req.backend_hint)) {
            return (synth(200, "Ready"));
        }
        return (synth(503, "No node"));
    }
    # Files do not depend on them, and with them nothing would be kept.
    unset req.http.Cookie;
    # Four variants, not one for each browser's list.
    set req.http.Takes = req.http.Accept-Encoding;
    unset req.http.Accept-Encoding;
    if (req.http.Takes ~ "(?i)\bgzip\b(?!\s*;\s*q=0(\.0*)?\s*(,|$))") {
        set req.http.Accept-Encoding = "gzip";
    }
    if (req.http.Takes ~ "(?i)\bbr\b(?!\s*;\s*q=0(\.0*)?\s*(,|$))") {
        if (req.http.Accept-Encoding) {
            set req.http.Accept-Encoding = "br, gzip";
        } else {
            set req.http.Accept-Encoding = "br";
        }
    }
    unset req.http.Takes;
    # Stale copies are for the time when no node answers, and only then.
    if (std.healthy(req.backend_hint)) {
        set req.grace = 0s;
    }
}

sub vcl_backend_response {
    # Another node may know better than one that is in trouble.
    if (beresp.status >= 500 && bereq.retries < 2) {
        return (retry);
    }
    set beresp.grace = 1h;
    set beresp.keep = 1d;    # kept to be asked about: 304 costs no content
    if (std.integer(beresp.http.Content-Length, 0) > 16777216) {
        set beresp.uncacheable = true;
        set beresp.ttl = 2m;
    } elsif (std.integer(beresp.http.Content-Length, 0) < 1048576) {
        # Whole before it is handed on: a node that dies meanwhile is not
        # noticed, for another one is asked.
        set beresp.do_stream = false;
    }
}

sub vcl_backend_error {
    if (bereq.retries < 2) {
        return (retry);
    }
}
