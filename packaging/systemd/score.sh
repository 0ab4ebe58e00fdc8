#!/bin/sh
# SPDX-License-Identifier: MIT
#
# score: the units have no fault that systemd-analyze sees, and their exposure
# (lower is better) is not above what it was when this was written.
set -eu
dir=${builddir:-.}/packaging/systemd

if ! command -v systemd-analyze >/dev/null; then
    echo 'no systemd-analyze here'
    exit 77
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM # sh leaves it there otherwise
cp "$dir/etagd.service" "$dir/etagd.socket" "$work"
cp "$dir/etagd@.service" "$work/etagd@site.service"

# exposure UNIT MOST
exposure() {
    systemd-analyze security --offline=true --no-pager "$work/$1" \
        >"$work/told" 2>"$work/faults" || true
    number=$(sed -n 's/.*exposure level for .*: \([0-9.]*\) .*/\1/p' \
        "$work/told")
    echo "$1: exposure $number, at most $2"
    if grep -i 'unknown\|ignoring' "$work/faults"; then
        exit 1
    fi
    awk -v n="$number" -v most="$2" 'BEGIN { exit !(n != "" && n <= most) }'
}
exposure etagd.service 0.2
exposure etagd@site.service 1.5
