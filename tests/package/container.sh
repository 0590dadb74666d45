#!/bin/sh
# Builds the image of the Containerfile by buildah, upon a Debian made here in place of the registry's, and uses it as its
# first lines say.  container.sh SOURCE [PACKAGES]: with packages that are there already; without them the image's first
# stage builds them, which takes many minutes. Needs root and a mirror that apt knows.
set -eu
source=$1 packages=${2:-}
[ "$(id -u)" = 0 ] || { echo "skipped: making an image needs root"; exit 77; }
for tool in buildah mmdebstrap; do
    command -v $tool >/dev/null || { echo "skipped: no $tool here"; exit 77; }
done
work=$(mktemp -d)
trap 'rm -rf --one-file-system "$work"' EXIT
say() { echo "FAILED: $*"; exit 1; }
unset LD_PRELOAD LD_LIBRARY_PATH FAULT_CONFIG || true
# With storage of its own, which goes with the test, and without namespaces or cgroups of the machine's; the capabilities and
# the seccomp filter are those of any container.
store() { buildah --root "$work/storage" --runroot "$work/run" --storage-driver vfs "$@"; }

base=$(sed -n 's/^FROM \([^ ]*\).*/\1/p' "$source/Containerfile" | sort -u)
[ "$base" = debian:12-slim ] || say "the Containerfile begins with $base"
# "slim" is what leaves these paths out.
mmdebstrap --quiet --variant=minbase --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/doc/*' \
    bookworm "$work/base.tar" >"$work/log" 2>&1 || { cat "$work/log"; echo "skipped: no Debian could be fetched"; exit 77; }
first=$(store from scratch)
store add --quiet "$first" "$work/base.tar" / >"$work/log"
store commit --quiet "$first" "docker.io/library/$base" >"$work/log"
context=$source
if [ -n "$packages" ]; then
    context=$work/context
    mkdir "$context" "$context/packages"
    cp "$packages"/*.deb "$context/packages"
    sed 's|^RUN scripts/package /packages$|RUN mkdir /packages \&\& cp packages/*.deb /packages|' "$source/Containerfile" >"$context/Containerfile"
fi
store build --pull-never --isolation chroot --tag faultline "$context" >"$work/log" 2>&1 ||
    { cat "$work/log"; say "the image cannot be built"; }

# As `podman run faultline WORD…` does: the image's entry point, with words, in its directory. What comes of it is in out and
# err; buildah's own pipes may lose the end.
entry=$(store inspect --type image --format '{{range .OCIv1.Config.Entrypoint}}{{.}}{{end}}' faultline)
[ "$entry" = faultline ] || say "the entry point is '$entry'"
inside() { # CONTAINER WORD…
    container=$1 status=0
    shift
    # shellcheck disable=SC2016 # for the shell inside
    store run --isolation chroot "$container" -- sh -c '"$@" >/tmp/out 2>/tmp/err' sh "$entry" "$@" >"$work/log" 2>&1 || status=$?
    root=$(store mount "$container")
    cat "$root/tmp/out" "$root/tmp/err" >"$work/both"
}
expect() { # STATUS TEXT
    if [ "$status" != "$1" ] || ! grep -qF -e "$2" "$work/both"; then
        cat "$work/log" "$work/both"
        say "status $status instead of $1, or no '$2'"
    fi
}
plain=$(store from --pull-never faultline)
inside "$plain" list types
expect 0 'corruption'
inside "$plain" run -f write:ENOSPC -- sh -c 'echo x'
expect 1 '4 faults injected into 4 calls'
inside "$plain" explore -- ls /
expect 125 'the kernel allows no mount namespace here'
privileged=$(store from --pull-never --cap-add all --security-opt seccomp=unconfined faultline)
inside "$privileged" run --door kernel -f write:ENOSPC -- sh -c 'echo x'
expect 1 '4 faults injected into 4 calls'
inside "$privileged" explore --quiet -- ls /
expect 0 '0 findings in '
echo "the image works"
