#!/bin/sh
# Builds and runs a program in Rust, where there is a compiler:  rust.sh LIBRARY_DIRECTORY OUTPUT SOURCE
if ! command -v rustc >/dev/null; then
    echo "there is no rustc (apt-get install rustc)"
    exit 77
fi
rustc --edition 2021 -O -L "$1" -C link-arg=-Wl,-rpath,"$1" -o "$2" "$3" && exec "$2"
