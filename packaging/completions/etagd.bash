# bash completion for etagd
# Made by t/lint/completions.py --write: do not edit.
_etagd_keys='server.listen= server.root= server.workers= server.index= server.fallback=
    server.listing= server.symlinks= server.dotfiles= server.unknown-host=
    server.user= server.group= server.pidfile= server.control= server.sandbox=
    server.on-term= server.on-quit= server.idle-exit= server.server-field=
    server.backlog= server.https-port= server.defer-accept= server.protocol=
    server.pieces= server.mss= server.accept-upload= server.keep-previous=
    server.explain-header= timeouts.idle= timeouts.idle-grace= timeouts.head=
    timeouts.body= timeouts.send= timeouts.linger= timeouts.prepare=
    timeouts.heartbeat= timeouts.drain= timeouts.ready-delay= limits.target=
    limits.line= limits.head= limits.fields= limits.body= limits.upload=
    limits.connections= limits.connections-per-worker=
    limits.connections-per-address= limits.requests-per-connection=
    limits.recv-rate= limits.send-rate= limits.rate-window= limits.pipeline=
    log.access= log.format= log.error= log.error-format= log.level= log.buffer=
    log.flush= log.mask= media.default-text= media.default-binary=
    media.nosniff= prepare.memory-file= prepare.memory= prepare.files=
    prepare.digest-max= prepare.digest-idle= prepare.freshness=
    prepare.give-back= prepare.warm= prepare.warm-time= prepare.compress=
    prepare.compress-min= prepare.compress-max= observe.listen= observe.events=
    observe.names= observe.mask= metrics.listen= metrics.allow= health.path=
    health.live= health.log= proxy.trust= proxy.fields='

_etagd_values()
{
    case $1 in
    server.workers) echo 'auto' ;;
    server.index) echo 'off' ;;
    server.fallback) echo 'off' ;;
    server.listing) echo 'off on' ;;
    server.symlinks) echo 'beneath none owner' ;;
    server.dotfiles) echo 'allow deny' ;;
    server.unknown-host) echo 'default refuse' ;;
    server.sandbox) echo 'off on' ;;
    server.on-term) echo 'drain finish release stop' ;;
    server.on-quit) echo 'drain finish release stop' ;;
    server.server-field) echo 'off' ;;
    server.defer-accept) echo 'off on' ;;
    server.pieces) echo 'off on' ;;
    server.accept-upload) echo 'off' ;;
    server.explain-header) echo 'off on' ;;
    log.format) echo 'combined json readable' ;;
    log.error-format) echo 'json text' ;;
    log.level) echo 'debug error info warn' ;;
    log.mask) echo 'off on' ;;
    media.nosniff) echo 'off on' ;;
    prepare.memory) echo 'auto' ;;
    prepare.files) echo 'auto' ;;
    prepare.freshness) echo 'auto stat' ;;
    prepare.compress) echo 'off on' ;;
    prepare.compress-max) echo 'auto' ;;
    health.path) echo 'off' ;;
    health.live) echo 'off' ;;
    health.log) echo 'off on' ;;
    proxy.fields) echo 'forwarded none x-forwarded' ;;
    esac
}

_etagd_options()
{
    case $1 in
    '') echo '-c --config -o -t --test --dump-config --show-budget --help-config
        --reload --stop --finish --drain --reopen --status --status=json
        --control -V --version -h --help' ;;
    'check') echo '-c --config -o -j --json --after -h --help' ;;
    'explain') echo '-c --config -o -H --header -X --request --host -h --help' ;;
    'passwd') echo '--stdin --check -B --bcrypt -C --cost -D --delete -h --help' ;;
    'precompress') echo '-o --check -n --dry-run -f --force -j --jobs -v --verbose -h --help' ;;
    'mime') echo '-h --help' ;;
    'lab') echo '-c --conf -o --option -s --scenario -p --page -r --report -j --json -w
        --pcapng --name --number --subject --port --lang --capture --matrix
        --keep -q --quiet --browser --no-spare -e --exercise --answers
        --figures --notes --into --class --verify --diff -h --help' ;;
    'annotate') echo '-h --help' ;;
    'watch') echo '-a -h --help' ;;
    esac
}

# What the option $2 of the sub-command $1 takes: nothing, a kind, or words.
_etagd_argument()
{
    case $1:$2 in
    :-c | :--config) echo 'ini' ;;
    :-o) echo 'key' ;;
    :--control) echo 'file' ;;
    check:-c | check:--config) echo 'ini' ;;
    check:-o) echo 'key' ;;
    check:--after) echo 'text' ;;
    explain:-c | explain:--config) echo 'ini' ;;
    explain:-o) echo 'key' ;;
    explain:-H | explain:--header) echo 'text' ;;
    explain:-X | explain:--request) echo 'GET HEAD OPTIONS' ;;
    explain:--host) echo 'text' ;;
    passwd:-C | passwd:--cost) echo 'text' ;;
    precompress:-o) echo 'key' ;;
    precompress:-j | precompress:--jobs) echo 'text' ;;
    lab:-c | lab:--conf) echo 'ini' ;;
    lab:-o | lab:--option) echo 'key' ;;
    lab:-s | lab:--scenario) echo 'text' ;;
    lab:-p | lab:--page) echo 'text' ;;
    lab:-r | lab:--report) echo 'file' ;;
    lab:-j | lab:--json) echo 'file' ;;
    lab:-w | lab:--pcapng) echo 'file' ;;
    lab:--name) echo 'text' ;;
    lab:--number) echo 'text' ;;
    lab:--subject) echo 'text' ;;
    lab:--port) echo 'text' ;;
    lab:--lang) echo 'en zh' ;;
    lab:--capture) echo 'auto dumpcap socket off' ;;
    lab:--matrix) echo 'quick full off' ;;
    lab:--browser) echo 'chromium firefox' ;;
    lab:-e | lab:--exercise) echo 'text' ;;
    lab:--notes) echo 'file' ;;
    lab:--into) echo 'file' ;;
    lab:--class) echo 'dir' ;;
    lab:--verify) echo 'file' ;;
    lab:--diff) echo 'file' ;;
    esac
}

# Completes $cur to the words given; what comes before its last = is readline's.
_etagd_offer()
{
    mapfile -t COMPREPLY < <(compgen -W "$1" -- "$cur")
    if [[ $cur == *=* && $COMP_WORDBREAKS == *=* ]]; then
        COMPREPLY=("${COMPREPLY[@]#"${cur%=*}="}")
    fi
    if [[ ${COMPREPLY[0]} == *= ]]; then
        compopt -o nospace 2>/dev/null
    fi
}

_etagd_key()
{
    local key=${cur%=*} word words=
    if [[ $cur != *=* ]]; then
        _etagd_offer "$_etagd_keys"
        return
    fi
    for word in $(_etagd_values "$key"); do
        words+=" $key=$word"
    done
    _etagd_offer "$words"
}

_etagd()
{
    local line=${COMP_LINE:0:COMP_POINT} words cur= prev= tool= argument
    read -ra words <<<"$line"
    if [[ $line != *[[:space:]] ]]; then
        cur=${words[-1]}
        unset 'words[-1]'
    fi
    ((${#words[@]} < 1)) || prev=${words[-1]}
    case ${words[1]-} in
    check | explain | passwd | precompress | mime | lab | annotate | watch) tool=${words[1]} ;;
    esac
    COMPREPLY=()
    argument=$(_etagd_argument "$tool" "$prev")
    case $argument in
    file | ini) mapfile -t COMPREPLY < <(compgen -f -- "$cur") ;;
    key) _etagd_key ;;
    text) ;;
    '')
        if [[ $cur == -* ]]; then
            _etagd_offer "$(_etagd_options "$tool")"
        elif [[ $tool == passwd || $tool == mime || $tool == annotate ]]; then
            mapfile -t COMPREPLY < <(compgen -f -- "$cur")
        elif [[ $tool != watch ]]; then
            mapfile -t COMPREPLY < <(compgen -d -- "$cur"
                ((${#words[@]} > 1)) || compgen -W 'check explain passwd precompress mime lab annotate watch' -- "$cur")
        fi
        ;;
    *) _etagd_offer "$argument" ;;
    esac
}
complete -F _etagd etagd
