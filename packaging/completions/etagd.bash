# bash completion for etagd
_etagd()
{
    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}
    local words='--config --test --dump-config --show-budget --help-config --reload --stop
        --finish --drain --reopen --status --status=json --control --version --help --json --after
        -c -o -t -V -h'

    COMPREPLY=()
    case $prev in
    -c | --config | --control)
        mapfile -t COMPREPLY < <(compgen -f -- "$cur")
        return
        ;;
    -o)
        mapfile -t COMPREPLY < <(compgen -W "$(_etagd_options)" -- "$cur")
        compopt -o nospace 2>/dev/null
        return
        ;;
    esac
    if [[ $cur == -* ]]; then
        mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
    else
        mapfile -t COMPREPLY < <(compgen -d -- "$cur"
            ((COMP_CWORD > 1)) ||
                compgen -W 'check explain mime watch' -- "$cur")
    fi
}

# section.key= of each option, from the program itself
_etagd_options()
{
    "${COMP_WORDS[0]}" --help-config 2>/dev/null | awk '
        /^\[[a-z]+\]/ { section = substr($1, 2, length($1) - 2); next }
        /^\[/ { section = "" }
        /^  [a-z]/ && section != "" && $2 == "=" { print section "." $1 "=" }'
}
complete -F _etagd etagd
