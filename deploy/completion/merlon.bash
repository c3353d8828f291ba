# bash completion of merlon. Asks the program: commands of `merlon help`, options of `merlon COMMAND --help`.
_merlon_values() { # of an option, by what its line in the help says
    local value
    value=$("$1" "$2" --help 2>/dev/null | grep -oE -- "(^|[[:space:]])$3 [A-Z][A-Z:|-]*" | head -n 1)
    case ${value##* } in
    FILE* | PATH | TO) compgen -f -- "$4" ;;
    DIR) compgen -d -- "$4" ;;
    LEVEL) compgen -W 'debug info warn error' -- "$4" ;;
    NAME)
        case $3 in
        --runtime) compgen -W 'auto docker containerd' -- "$4" ;;
        --audit-syslog-format) compgen -W 'rfc5424 cef' -- "$4" ;;
        esac
        ;;
    '') return 1 ;;
    esac
    return 0
}

_merlon() {
    local merlon=${COMP_WORDS[0]} current=${COMP_WORDS[COMP_CWORD]} command=${COMP_WORDS[1]} before=
    COMPREPLY=()
    if ((COMP_CWORD == 1)); then
        mapfile -t COMPREPLY < <(compgen -W "help $("$merlon" help 2>/dev/null | sed -n 's/^  \([a-z]*\)  .*/\1/p')" -- "$current")
        return
    fi
    before=${COMP_WORDS[COMP_CWORD - 1]}
    if [[ $command == help ]]; then
        mapfile -t COMPREPLY < <(compgen -W "$("$merlon" help 2>/dev/null | sed -n 's/^  \([a-z]*\)  .*/\1/p')" -- "$current")
    elif [[ $before == --* ]] && mapfile -t COMPREPLY < <(_merlon_values "$merlon" "$command" "$before" "$current" || echo) &&
        [[ ${COMPREPLY[0]} != '' || ${#COMPREPLY[@]} -eq 0 ]]; then
        return
    elif [[ $current == -* ]]; then
        mapfile -t COMPREPLY < <(compgen -W "$("$merlon" "$command" --help 2>/dev/null | grep -oE -- '--[a-z][a-z-]*' | sort -u)" -- "$current")
    elif [[ $command == bypass ]]; then
        mapfile -t COMPREPLY < <(compgen -W "$("$merlon" apps --json 2>/dev/null | grep -oE '"rule":"[^"\\ ]+"' | cut -d '"' -f 4 | sort -u)" -- "$current")
    elif [[ $command == hook ]]; then
        mapfile -t COMPREPLY < <(compgen -W 'install uninstall status' -- "$current")
    elif [[ $command == check || $command == lint ]]; then
        mapfile -t COMPREPLY < <(compgen -f -- "$current")
    else
        COMPREPLY=()
    fi
}
complete -o filenames -F _merlon merlon
