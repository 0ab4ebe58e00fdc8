#!/bin/bash
# SPDX-License-Identifier: MIT
#
# inside: in the booted container: install, serve, reload, watchdog, upgrade,
# purge.  One line a step; the first that fails ends it with the journal.
set -uo pipefail
umask 022 # what is made here is served
ini=/etc/etagd/etagd.ini

fail() {
    echo "FAILED: $*"
    curl -si -m 10 http://127.0.0.1/ | sed -n 1,12p
    systemctl --no-pager status etagd.service etagd.socket etagd@two | sed -n 1,30p
    journalctl --no-pager -n 40 -u etagd.service -u etagd@two 2>/dev/null
    exit 1
}
ok() { echo "ok: $*"; }
page() { curl -sSf -m 60 -o /dev/null http://127.0.0.1/; }
pid() { systemctl show -P MainPID etagd.service; }
another() { (($(pid) != $1)); } # another PID: the master is not that one
workers() { etagd --status=json | grep -o '"number":[0-9]*,"pid":[1-9][0-9]*'; }
first_worker() { workers | sed -n '1s/.*://p'; }
has_workers() { (($(workers | wc -l) >= $1)); }
replaced() { # replaced PID: none of the workers is that one
    local now
    now=$(workers) && [[ $now$'\n' != *:$1$'\n'* ]]
}
await() { # await WHAT COMMAND...
    local what=$1 end=$((SECONDS + 120))
    shift
    until "$@"; do
        ((SECONDS < end)) || fail "never came: $what"
        sleep 0.1
    done
}
# messages PRIORITY GREP: what the journal has at that priority and above
messages() {
    journalctl -q --no-pager -u etagd.service -p "$1" | grep "$2" >/dev/null
}
begin_load() {
    python3 /mnt/load.py >/tmp/load 2>&1 &
    load=$!
    await "the load" grep -q begun /tmp/load
}
end_load() {
    kill "$load"
    wait "$load" || fail "$1: $(</tmp/load)"
    ok "$1: $(sed 1d /tmp/load)"
}

ip link set lo up
dpkg -i /mnt/etagd.deb >/tmp/dpkg.log 2>&1 || { cat /tmp/dpkg.log; fail install; }
ok "installed: user $(id -nu etagd), unit $(systemctl is-enabled etagd.socket)"
for file in lib/systemd/system/etagd{.service,.socket,@.service} \
    usr/lib/{sysusers,tmpfiles}.d/etagd.conf etc/logrotate.d/etagd \
    usr/share/bash-completion/completions/etagd usr/share/zsh/site-functions/_etagd \
    usr/share/fish/vendor_completions.d/etagd.fish; do
    [[ -s /$file ]] || fail "the package has no /$file"
done
[[ $(stat -c '%U %a' /var/log/etagd) == 'etagd 750' ]] || fail "folder for logs"

systemctl stop etagd.service
page || fail "the socket does not start it"
ok "started by its socket: $(systemctl show -P StatusText etagd.service)"
ip=$(nsenter -t "$(pid)" -n ip -br addr | grep -c UP)
ok "pid $(pid): interfaces up in its network: $ip," \
    "$(grep -E 'CapBnd|Seccomp:' "/proc/$(pid)/status" | tr '\n\t' '  ')"
systemctl show -P ExecMainStartTimestamp etagd.service >/dev/null

printf 'workers = 3\n' >/tmp/w
sed -i 's/^#workers = auto/workers = 3/' $ini
begin_load
systemctl reload etagd || fail "reload"
await "three workers" has_workers 3
for _ in $(seq 20); do systemctl reload etagd || fail "reload"; done
end_load "20 reloads"

echo 'nonsense = 1' >/tmp/bad
cp $ini /tmp/good.ini
sed -i 's/^workers = 3/wrkers = 3/' $ini
systemctl reload etagd 2>/dev/null && fail "a faulty configuration was taken"
page || fail "a faulty configuration stopped it"
await "the fault of the configuration in the journal" \
    messages err "M050: $ini:[0-9]*: \[server\] wrkers: .*\"workers\""
told=$(etagd --reload 2>&1) && fail "etagd --reload takes it"
[[ $told == *"$ini:"[0-9]*": [server] wrkers"* ]] || fail "it told: $told"
cp /tmp/good.ini $ini
systemctl reload etagd || fail "reload of the good one"
ok "a faulty reload failed, said why in the journal, and changed nothing"

# what is mounted outside reaches the unit's own mount namespace
mkdir /usr/share/etagd/www/mnt
[[ $(curl -s -o /dev/null -w '%{http_code}' http://127.0.0.1/mnt/x.txt) == 404 ]] ||
    fail "nothing is there yet"
mount -t tmpfs none /usr/share/etagd/www/mnt
echo mounted >/usr/share/etagd/www/mnt/x.txt
[[ $(curl -sf http://127.0.0.1/mnt/x.txt) == mounted ]] || fail "the mount"
await "the end of the mount" umount /usr/share/etagd/www/mnt
[[ $(curl -s -o /dev/null -w '%{http_code}' http://127.0.0.1/mnt/x.txt) == 404 ]] ||
    fail "the end of the mount"
rmdir /usr/share/etagd/www/mnt
ok "a mount below the root is seen, and its end"

sed -i 's,^#access = -,access = /var/log/etagd/access.log,' $ini
systemctl reload etagd || fail "reload with a log file"
page
mv /var/log/etagd/access.log /var/log/etagd/access.log.1
sed -n '/postrotate/,/endscript/{/script\|rotate/!p}' /etc/logrotate.d/etagd |
    sh || fail "what logrotate runs"
# (the workers hear of it a moment later)
await "a line in the new log" sh -c 'curl -sSf -m 60 -o /dev/null http://127.0.0.1/ &&
    grep -q "\"GET / HTTP" /var/log/etagd/access.log'
cp /tmp/good.ini $ini
systemctl reload etagd || fail "reload without the log file"
ok "logrotate's commands open a new log"

begin_load
for _ in $(seq 10); do systemctl restart etagd.service || fail "restart"; done
end_load "10 restarts"

slow=$(sed -n 's/^root = //p' $ini)/slow.bin
head -c 40000000 /dev/zero >"$slow"
curl -s --limit-rate 5M -o /tmp/slow http://127.0.0.1/slow.bin &
download=$!
await "a download's first bytes" test -s /tmp/slow
kill -STOP $download # however long a restart takes here
systemctl restart etagd.service || fail "restart beside a download"
page || fail "after a restart beside a download"
kill -CONT $download
wait $download || fail "a download that a restart overlapped"
[[ $(stat -c %s /tmp/slow) == 40000000 ]] || fail "half a download"
rm "$slow" /tmp/slow
ok "a restart overlaps a download: nobody waits, nothing is cut"

victim=$(first_worker)
kill -9 "$victim"
await "another worker" replaced "$victim"
page || fail "after a worker's death"
ok "a killed worker was replaced"

old=$(pid)
kill -SEGV "$old"
await "another master" another "$old"
page || fail "after the master's death"
ok "a crashed master was restarted"

mkdir -p /run/systemd/system/etagd.service.d
printf '[Service]\nWatchdogSec=4s\n' >/run/systemd/system/etagd.service.d/t.conf
systemctl daemon-reload
systemctl restart etagd.service
old=$(pid)
kill -STOP "$old"
await "watchdog" another "$old"
page || fail "after the watchdog"
ok "a stopped master was restarted by the watchdog"
# (its workers may answer before it can be asked)
await "a worker to stop" has_workers 1 2>/dev/null
victim=$(first_worker)
kill -STOP "$victim"
await "M100" messages err "M100: worker .*pid $victim)"
page || fail "after a worker's stop"
ok "a stopped worker was replaced by the master"
rm -r /run/systemd/system/etagd.service.d
systemctl daemon-reload

await "a client of IPv4 in the journal, by its address" \
    messages info 'etagd\[.*: 127\.0\.0\.1 - - '
await "a warning of the worker's death in the journal" messages warning M030
await "a line of the start in the journal" messages info M010
messages warning M010 && fail "the start is no warning"
ok "the journal knows how grave a message is"

sed -i 's/^#listen = 127.0.0.1:8080/listen = 127.0.0.1:8099/' $ini
systemctl reload etagd || fail "reload with a listen of no socket"
await "a listen that no socket matches" messages warning 'M102: .*8099'
page || fail "after that"
cp /tmp/good.ini $ini
ok "a listen line that matches no socket is reported"

# a second socket, by its name for the observer, whose network is not ours
cat >/run/systemd/system/etagd-observe.socket <<'END'
[Socket]
ListenStream=127.0.0.1:8077
FileDescriptorName=observe
Service=etagd.service
END
systemctl daemon-reload
sed -i '/^\[observe\]/,/^\[/s/^#listen = off/listen = 127.0.0.1:8077/' $ini
systemctl stop etagd.service
systemctl start etagd-observe.socket || fail "a second socket"
page || fail "the first of two sockets"
[[ $(systemctl show -P NFileDescriptorStore etagd.service) == 0 ]] ||
    fail "descriptors are stored"
curl -sSf -m 60 http://127.0.0.1:8077/ | grep -i '<!doctype html' >/dev/null ||
    fail "the observer behind a named socket"
ok "two sockets, one of them the observer's by its name"
systemctl stop etagd-observe.socket
rm /run/systemd/system/etagd-observe.socket
systemctl daemon-reload
cp /tmp/good.ini $ini

sed -i 's/^#idle-exit = 0/idle-exit = 1s/' $ini
systemctl restart etagd.service
await "the idle exit" sh -c '! systemctl -q is-active etagd.service'
[[ $(systemctl show -P Result etagd.service) == success ]] || fail "idle exit"
cp /tmp/good.ini $ini # or it would be gone again
page || fail "after the idle exit"
systemctl reload etagd || fail "reload after the idle exit"
ok "unused it ended by itself, and came back when asked for"

begin_load
dpkg -i /mnt/etagd.deb >/tmp/dpkg.log 2>&1 || { cat /tmp/dpkg.log; fail upgrade; }
end_load "package installed again"

mkdir -p /srv/two
echo two >/srv/two/index.html
printf '[server]\nlisten = 127.0.0.1:81\nroot = /srv/two\n' >/etc/etagd/two.ini
systemctl start etagd@two || fail "etagd@two"
[[ $(curl -sf http://127.0.0.1:81/) == two ]] || fail "etagd@two's page"
systemctl reload etagd@two || fail "etagd@two's reload"
systemctl stop etagd@two
rm /etc/etagd/two.ini
ok "another instance, on a port below 1024"

journalctl --sync
! journalctl -u etagd.service -u etagd@two | grep -E 'CHECK failed|S00[0-9]: ' ||
    fail "the journal has complaints"
dpkg --purge etagd >/tmp/dpkg.log 2>&1 || { cat /tmp/dpkg.log; fail purge; }
page && fail "it serves after the purge"
left=$(find /etc /usr /lib/systemd /var/log /run -name '*etagd*' 2>/dev/null |
    grep -v '^/run/systemd\|/var/log/journal' || true)
[[ -z $left ]] || fail "left after the purge: $left"
ok "purged"
