# Completion of faultline for fish. The command itself says what could follow.
function __faultline_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    set -l candidates ($words[1] complete $words[2..] "$current" 2>/dev/null)
    switch "$candidates[1]"
        case '<files>'
            __fish_complete_path "$current"
        case '<command>'
            set -l at (contains -i -- -- $words)
            and complete -C (string join ' ' -- $words[(math $at + 1)..] "$current")
            or __fish_complete_path "$current"
        case '*'
            printf '%s\n' $candidates
    end
end
complete -c faultline -f -a '(__faultline_complete)'
