# fish completion for etagd
# Made by t/lint/completions.py --write: do not edit.
function __etagd_keys
    echo server.listen=
    echo server.root=
    echo server.workers=
    echo server.workers=auto
    echo server.index=
    echo server.index=off
    echo server.fallback=
    echo server.fallback=off
    echo server.listing=
    echo server.listing=off
    echo server.listing=on
    echo server.symlinks=
    echo server.symlinks=beneath
    echo server.symlinks=none
    echo server.symlinks=owner
    echo server.dotfiles=
    echo server.dotfiles=allow
    echo server.dotfiles=deny
    echo server.unknown-host=
    echo server.unknown-host=default
    echo server.unknown-host=refuse
    echo server.user=
    echo server.group=
    echo server.pidfile=
    echo server.control=
    echo server.sandbox=
    echo server.sandbox=off
    echo server.sandbox=on
    echo server.on-term=
    echo server.on-term=drain
    echo server.on-term=finish
    echo server.on-term=release
    echo server.on-term=stop
    echo server.on-quit=
    echo server.on-quit=drain
    echo server.on-quit=finish
    echo server.on-quit=release
    echo server.on-quit=stop
    echo server.idle-exit=
    echo server.server-field=
    echo server.server-field=off
    echo server.backlog=
    echo server.https-port=
    echo server.defer-accept=
    echo server.defer-accept=off
    echo server.defer-accept=on
    echo server.protocol=
    echo server.pieces=
    echo server.pieces=off
    echo server.pieces=on
    echo server.mss=
    echo server.accept-upload=
    echo server.accept-upload=off
    echo server.keep-previous=
    echo server.explain-header=
    echo server.explain-header=off
    echo server.explain-header=on
    echo timeouts.idle=
    echo timeouts.idle-grace=
    echo timeouts.head=
    echo timeouts.body=
    echo timeouts.send=
    echo timeouts.linger=
    echo timeouts.prepare=
    echo timeouts.heartbeat=
    echo timeouts.drain=
    echo timeouts.ready-delay=
    echo limits.target=
    echo limits.line=
    echo limits.head=
    echo limits.fields=
    echo limits.body=
    echo limits.upload=
    echo limits.connections=
    echo limits.connections-per-worker=
    echo limits.connections-per-address=
    echo limits.requests-per-connection=
    echo limits.recv-rate=
    echo limits.send-rate=
    echo limits.rate-window=
    echo limits.pipeline=
    echo log.access=
    echo log.format=
    echo log.format=combined
    echo log.format=json
    echo log.format=readable
    echo log.error=
    echo log.error-format=
    echo log.error-format=json
    echo log.error-format=text
    echo log.level=
    echo log.level=debug
    echo log.level=error
    echo log.level=info
    echo log.level=warn
    echo log.buffer=
    echo log.flush=
    echo log.mask=
    echo log.mask=off
    echo log.mask=on
    echo media.default-text=
    echo media.default-binary=
    echo media.nosniff=
    echo media.nosniff=off
    echo media.nosniff=on
    echo prepare.memory-file=
    echo prepare.memory=
    echo prepare.memory=auto
    echo prepare.files=
    echo prepare.files=auto
    echo prepare.digest-max=
    echo prepare.digest-idle=
    echo prepare.freshness=
    echo prepare.freshness=auto
    echo prepare.freshness=stat
    echo prepare.give-back=
    echo prepare.warm=
    echo prepare.warm-time=
    echo prepare.compress=
    echo prepare.compress=off
    echo prepare.compress=on
    echo prepare.compress-min=
    echo prepare.compress-max=
    echo prepare.compress-max=auto
    echo observe.listen=
    echo observe.events=
    echo observe.names=
    echo observe.mask=
    echo metrics.listen=
    echo metrics.allow=
    echo health.path=
    echo health.path=off
    echo health.live=
    echo health.live=off
    echo health.log=
    echo health.log=off
    echo health.log=on
    echo proxy.trust=
    echo proxy.fields=
    echo proxy.fields=forwarded
    echo proxy.fields=none
    echo proxy.fields=x-forwarded
end

complete -c etagd -n 'not __fish_seen_subcommand_from check explain passwd precompress mime lab annotate watch' -a check -d 'what browsers will ask for, and doubts'
complete -c etagd -n 'not __fish_seen_subcommand_from check explain passwd precompress mime lab annotate watch' -a explain -d 'what a request would be answered with, and why'
complete -c etagd -n 'not __fish_seen_subcommand_from check explain passwd precompress mime lab annotate watch' -a passwd -d 'makes an entry of a file for [access]'
complete -c etagd -n 'not __fish_seen_subcommand_from check explain passwd precompress mime lab annotate watch' -a precompress -d 'writes coded forms beside files'
complete -c etagd -n 'not __fish_seen_subcommand_from check explain passwd precompress mime lab annotate watch' -a mime -d 'which media type a file gets, and why'
complete -c etagd -n 'not __fish_seen_subcommand_from check explain passwd precompress mime lab annotate watch' -a lab -d 'an experiment with a browser, and its report'
complete -c etagd -n 'not __fish_seen_subcommand_from check explain passwd precompress mime lab annotate watch' -a annotate -d 'the server\'s account as comments of a capture'
complete -c etagd -n 'not __fish_seen_subcommand_from check explain passwd precompress mime lab annotate watch' -a watch -d 'what the observer of a server tells'
complete -c etagd -n '__fish_seen_subcommand_from watch' -f
complete -c etagd -n 'not __fish_seen_subcommand_from check explain passwd precompress mime lab annotate watch' -s c -l config -r -F -d 'as FILE says'
complete -c etagd -n 'not __fish_seen_subcommand_from check explain passwd precompress mime lab annotate watch' -s o -x -a '(__etagd_keys)' -d 'override one option'
complete -c etagd -n 'not __fish_seen_subcommand_from check explain passwd precompress mime lab annotate watch' -s t -l test -d 'check the configuration and end'
complete -c etagd -n 'not __fish_seen_subcommand_from check explain passwd precompress mime lab annotate watch' -l dump-config -d 'print the effective configuration'
complete -c etagd -n 'not __fish_seen_subcommand_from check explain passwd precompress mime lab annotate watch' -l show-budget -d 'add up the memory that the configuration allows'
complete -c etagd -n 'not __fish_seen_subcommand_from check explain passwd precompress mime lab annotate watch' -l help-config -d 'print every option with its default'
complete -c etagd -n 'not __fish_seen_subcommand_from check explain passwd precompress mime lab annotate watch' -l reload -d 'have the running etagd take the new configuration'
complete -c etagd -n 'not __fish_seen_subcommand_from check explain passwd precompress mime lab annotate watch' -l stop -d 'end the running etagd now'
complete -c etagd -n 'not __fish_seen_subcommand_from check explain passwd precompress mime lab annotate watch' -l finish -d 'end it when its responses are sent'
complete -c etagd -n 'not __fish_seen_subcommand_from check explain passwd precompress mime lab annotate watch' -l drain -d 'the same, but let balancers know before'
complete -c etagd -n 'not __fish_seen_subcommand_from check explain passwd precompress mime lab annotate watch' -l reopen -d 'have it open its logs again'
complete -c etagd -n 'not __fish_seen_subcommand_from check explain passwd precompress mime lab annotate watch' -l status -a 'json' -d 'print what it does'
complete -c etagd -n 'not __fish_seen_subcommand_from check explain passwd precompress mime lab annotate watch' -l control -r -F -d 'reach it at this socket'
complete -c etagd -n 'not __fish_seen_subcommand_from check explain passwd precompress mime lab annotate watch' -s V -l version -d 'print the version'
complete -c etagd -n 'not __fish_seen_subcommand_from check explain passwd precompress mime lab annotate watch' -s h -l help -d 'print a summary'
complete -c etagd -n '__fish_seen_subcommand_from check' -s c -l config -r -F -d 'as FILE says'
complete -c etagd -n '__fish_seen_subcommand_from check' -s o -x -a '(__etagd_keys)' -d 'override one option'
complete -c etagd -n '__fish_seen_subcommand_from check' -s j -l json -d 'as JSON'
complete -c etagd -n '__fish_seen_subcommand_from check' -l after -x -d 'the second look comes that much later'
complete -c etagd -n '__fish_seen_subcommand_from check' -s h -l help -d 'print a summary'
complete -c etagd -n '__fish_seen_subcommand_from explain' -s c -l config -r -F -d 'as FILE says'
complete -c etagd -n '__fish_seen_subcommand_from explain' -s o -x -a '(__etagd_keys)' -d 'override one option'
complete -c etagd -n '__fish_seen_subcommand_from explain' -s H -l header -x -d 'a field of the request'
complete -c etagd -n '__fish_seen_subcommand_from explain' -s X -l request -x -a 'GET HEAD OPTIONS' -d 'its method'
complete -c etagd -n '__fish_seen_subcommand_from explain' -l host -x -d 'its Host'
complete -c etagd -n '__fish_seen_subcommand_from explain' -s h -l help -d 'print a summary'
complete -c etagd -n '__fish_seen_subcommand_from passwd' -l stdin -d 'the password is the first line there'
complete -c etagd -n '__fish_seen_subcommand_from passwd' -l check -d 'is it the password?'
complete -c etagd -n '__fish_seen_subcommand_from passwd' -s B -l bcrypt -d 'a hash that other servers know'
complete -c etagd -n '__fish_seen_subcommand_from passwd' -s C -l cost -x -d 'so dear a hash'
complete -c etagd -n '__fish_seen_subcommand_from passwd' -s D -l delete -d 'take the entry away'
complete -c etagd -n '__fish_seen_subcommand_from passwd' -s h -l help -d 'print a summary'
complete -c etagd -n '__fish_seen_subcommand_from precompress' -s o -x -a '(__etagd_keys)' -d 'override one option'
complete -c etagd -n '__fish_seen_subcommand_from precompress' -l check -d 'only tell whether all is there'
complete -c etagd -n '__fish_seen_subcommand_from precompress' -s n -l dry-run -d 'only tell what would be done'
complete -c etagd -n '__fish_seen_subcommand_from precompress' -s f -l force -d 'replace newer ones, too'
complete -c etagd -n '__fish_seen_subcommand_from precompress' -s j -l jobs -x -d 'processes'
complete -c etagd -n '__fish_seen_subcommand_from precompress' -s v -l verbose -d 'name each file'
complete -c etagd -n '__fish_seen_subcommand_from precompress' -s h -l help -d 'print a summary'
complete -c etagd -n '__fish_seen_subcommand_from mime' -s h -l help -d 'print a summary'
complete -c etagd -n '__fish_seen_subcommand_from lab' -s c -l conf -r -F -d 'as FILE says'
complete -c etagd -n '__fish_seen_subcommand_from lab' -s o -l option -x -a '(__etagd_keys)' -d 'override one option'
complete -c etagd -n '__fish_seen_subcommand_from lab' -s s -l scenario -x -d 'the steps'
complete -c etagd -n '__fish_seen_subcommand_from lab' -s p -l page -x -d 'the page that is visited'
complete -c etagd -n '__fish_seen_subcommand_from lab' -s r -l report -r -F -d 'the report'
complete -c etagd -n '__fish_seen_subcommand_from lab' -s j -l json -r -F -d 'the same for programs'
complete -c etagd -n '__fish_seen_subcommand_from lab' -s w -l pcapng -r -F -d 'the capture, with comments'
complete -c etagd -n '__fish_seen_subcommand_from lab' -l name -x -d 'whose report it is'
complete -c etagd -n '__fish_seen_subcommand_from lab' -l number -x -d 'student number'
complete -c etagd -n '__fish_seen_subcommand_from lab' -l subject -x -d 'of the course'
complete -c etagd -n '__fish_seen_subcommand_from lab' -l port -x -d 'port of the server'
complete -c etagd -n '__fish_seen_subcommand_from lab' -l lang -x -a 'en zh' -d 'language of the report'
complete -c etagd -n '__fish_seen_subcommand_from lab' -l capture -x -a 'auto dumpcap socket off' -d 'how to capture'
complete -c etagd -n '__fish_seen_subcommand_from lab' -l matrix -x -a 'quick full off' -d 'policies beside actions'
complete -c etagd -n '__fish_seen_subcommand_from lab' -l keep -d 'keep the folder'
complete -c etagd -n '__fish_seen_subcommand_from lab' -s q -l quiet -d 'say less'
complete -c etagd -n '__fish_seen_subcommand_from lab' -l browser -x -a 'chromium firefox' -d 'that makes the visits'
complete -c etagd -n '__fish_seen_subcommand_from lab' -l no-spare -d 'no connection ahead of need'
complete -c etagd -n '__fish_seen_subcommand_from lab' -s e -l exercise -x -d 'one of the exercises'
complete -c etagd -n '__fish_seen_subcommand_from lab' -l answers -d 'fill in its answers, for teachers'
complete -c etagd -n '__fish_seen_subcommand_from lab' -l figures -d 'name the packets to look at'
complete -c etagd -n '__fish_seen_subcommand_from lab' -l notes -r -F -d 'own words, by section'
complete -c etagd -n '__fish_seen_subcommand_from lab' -l into -r -F -d 'put the own words into that report'
complete -c etagd -n '__fish_seen_subcommand_from lab' -l class -r -F -d 'a table over many reports'
complete -c etagd -n '__fish_seen_subcommand_from lab' -l verify -r -F -d 'a report against its capture'
complete -c etagd -n '__fish_seen_subcommand_from lab' -l diff -r -F -d 'compare two reports'
complete -c etagd -n '__fish_seen_subcommand_from lab' -s h -l help -d 'print a summary'
complete -c etagd -n '__fish_seen_subcommand_from annotate' -s h -l help -d 'print a summary'
complete -c etagd -n '__fish_seen_subcommand_from watch' -s a -d 'begin with what has happened so far'
complete -c etagd -n '__fish_seen_subcommand_from watch' -s h -l help -d 'print a summary'
