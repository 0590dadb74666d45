# A wrong command line is Faultline's own error, 125, with one line on what is wrong; the program does not run.
. "${0%/*}/lib.sh"
wrong() {
    text=$1
    shift
    faultline "$@"
    expect 125
    is out ''
    says err "$text"
    [ ! -e ran ] || fail 'the program ran'
}
wrong "faultline: there is no plan: name a file with -c, or faults with -f 'write:errno=ENOSPC'" run -- touch ran
wrong "faultline: there is no command to run: write it behind '--'" run -f write:EIO
wrong "faultline: there is no option '--sede'" run --sede 1 -f write:EIO -- touch ran
wrong "faultline: --seed: '-1' is not a seed (a whole number from 0 to 2^63-1)" run --seed=-1 -f write:EIO -- touch ran
wrong "faultline: -f 'write': a ':' is missing: write FUNCTIONS:WHAT, such as 'write:errno=ENOSPC'" \
    run -f write -- touch ran
wrong "faultline: -f 'wirte:EIO': at 'wirte': unknown function 'wirte' (did you mean 'write'?)" \
    run -f wirte:EIO -- touch ran
wrong "faultline: -f 'write:errno=EFOO': at 'errno=EFOO': unknown errno 'EFOO'" run -f write:errno=EFOO -- touch ran
wrong "faultline: the report cannot be written to /nonexistent/r.json: No such file or directory" \
    run -o /nonexistent/r.json -f write:EIO -- touch ran
wrong "faultline: there is no subcommand 'rum' (did you mean 'run'?)" rum -- touch ran
wrong "Usage: faultline"
left_nothing
