# Completion: subcommands, options, values, functions, errnos and types, as the command knows them, and in a real bash, and
# in fish and zsh where they are installed.
. "${0%/*}/lib.sh"
completes() { # WANTED WORD…: exactly these candidates, a line each
    wanted=$1
    shift
    faultline complete "$@"
    expect 0
    is out "$wanted"
}
completes explain expla
completes --door run --do
completes "$(printf 'auto\npreload\nkernel')" run --door ''
completes --door=kernel run --door=k
completes "$(printf 'json\njunit')" report --format j
completes io,thread explore --try io,th
completes clean-fail explore --fail-on cl
completes "$(printf 'write\nwritev')" run -f writ
completes write:ENOSPC run --seed 1 -f write:ENOSP
completes write:corruption run -f write:corr
completes 'corrupt,none' explore --fail-on corrupt,non
completes prefix,posix powerloss --model prefix,po
completes auto explore --shard ''
completes slurm explore --on s
completes '' explore --seed ''
completes '<files>' ctl ''
completes "$(printf 'remove\nreplace\nreset\nrelease')" ctl --timeout 3s redis re
completes '<files>' ctl redis load ''
completes '<command>' run -c p -- l
completes '<command>' run l
completes '<files>' run -c p
completes '<files>' check p
faultline complete list ''
says out '@sync'
# Every option that --help has is completed.
for command in $("$FAULTLINE" --help | sed -n '/^Subcommands:/,/^$/s/^  \([a-z]*\) .*/\1/p'); do
    faultline complete "$command" -
    "$FAULTLINE" "$command" --help | sed -n 's/^  \(-[^ ]*\).*/\1/p' | tr , '\n' | sort >wanted
    [ -s wanted ] || fail "no options of $command"
    sort out | cmp - wanted || fail "other options of $command"
done

completions=$(cd "$shared/../../completions" && pwd)
PATH=${FAULTLINE%/*}:$PATH
export PATH
if command -v bash >/dev/null; then
    bash --norc -c '. "$1"; . /dev/stdin' bash "$completions/faultline.bash" >out <<'END' || fail 'bash'
try() { # LINE WORD…: what bash makes of a line; its words as bash splits them
    COMP_LINE=$1 COMP_POINT=${#1} && shift
    COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
    compopt() { :; }
    _faultline faultline
    echo "${COMPREPLY[*]}"
}
try 'faultline run --do' faultline run --do
try 'faultline run -f write:ENOSP' faultline run -f write : ENOSP
try 'faultline run --door=k' faultline run --door = k
END
    is out "$(printf '%s\n' --door ENOSPC kernel)"
fi
if command -v fish >/dev/null; then
    # shellcheck disable=SC2016 # for fish
    HOME=$work fish --no-config -c 'source $argv[1]; complete -C "faultline run --do"; complete -C "faultline run -f write:ENOSP"' \
        "$completions/faultline.fish" >out 2>err || fail 'fish'
    is out "$(printf '%s\n' --door write:ENOSPC)"
else
    echo 'fish is not installed: not tried'
fi
if command -v zsh >/dev/null; then
    cat >try.zsh <<'END'
zmodload zsh/zpty
zpty shell zsh -f -i
zpty -w shell "PS1=; autoload -U compinit; compinit -u -D; autoload -U _faultline; compdef _faultline faultline; cd $PWD; echo READ''Y"
zpty -r shell answer '*READY*'
zpty -w -n shell $'faultline run --door=k\t\x01echo GOT \n'
zpty -r shell answer $'*GOT faultline run --door=kernel*' && print yes
zpty -d shell
END
    sed -i "1i fpath=($completions \$fpath); export FPATH" try.zsh
    timeout 20 zsh -f try.zsh >out 2>err || fail 'zsh'
    says out yes
else
    echo 'zsh is not installed: not tried'
fi
