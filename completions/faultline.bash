# Completion of faultline for bash. The command itself says what could follow.
_faultline() {
    # Words as they were typed: bash also splits at ':' and '='.
    local rest=${COMP_LINE:0:COMP_POINT} words=() piece trimmed i
    for ((i = 0; i <= COMP_CWORD; i++)); do
        piece=${COMP_WORDS[i]}
        trimmed=${rest#"${rest%%[![:blank:]]*}"}
        if ((i == 0)) || [[ $trimmed != "$rest" ]]; then words+=(''); fi
        ((i < COMP_CWORD)) || piece=$trimmed
        words[-1]+=$piece
        rest=${trimmed#"$piece"}
    done
    local current=${words[-1]} lead candidate candidates
    mapfile -t candidates < <("$1" complete "${words[@]:1}" 2>/dev/null)
    COMPREPLY=()
    case ${candidates[0]-} in
        '<files>') compopt -o default ;;
        '<command>')
            if declare -F _command_offset >/dev/null; then
                for ((i = 1; i < COMP_CWORD; i++)); do [[ ${COMP_WORDS[i]} != -- ]] || break; done
                if ((i < COMP_CWORD)); then _command_offset $((i + 1)); fi
            else
                compopt -o default
            fi
            ;;
        *)
            # What stands before the last of bash's own separators stays on the line.
            lead=${current%"${current##*[:=]}"}
            for candidate in "${candidates[@]}"; do COMPREPLY+=("${candidate#"$lead"}"); done
            ;;
    esac
}
complete -F _faultline faultline
