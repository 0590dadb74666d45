# A Rust program whose files go through rustix, which makes its system calls itself: the preload does not see them, the
# kernel's door does; unchanged while nothing strikes.
. "${0%/*}/lib.sh"
needs rustc cargo
registry=/usr/share/cargo/registry # of Debian's packages; nothing is fetched
for package in "$registry"/rustix-0.3*; do
    [ -d "$package" ] || skip "Debian's rustix (librust-rustix-dev) is not here, or another one"
done
mkdir -p rust/src rust/.cargo
cat >rust/Cargo.toml <<'END'
[package]
name = "target"
version = "0.1.0"
edition = "2021"
[dependencies]
rustix = { version = "0.3", features = ["fs"] }
END
sed -i "s/\"0.3\"/\"$(basename "$package" | sed 's/^rustix-//')\"/" rust/Cargo.toml
cat >rust/.cargo/config.toml <<END
[source.crates-io]
replace-with = "debian"
[source.debian]
directory = "$registry"
END
cat >rust/src/main.rs <<'END'
use rustix::fs::{cwd, openat, Mode, OFlags};
use rustix::io::{read, write};

fn main() {
    let flags = OFlags::CREATE | OFlags::TRUNC | OFlags::RDWR;
    let file = match openat(cwd(), "data", flags, Mode::RUSR | Mode::WUSR) {
        Ok(file) => file,
        Err(error) => return println!("open {}", error.raw_os_error()),
    };
    for _ in 0..3 {
        match write(&file, b"0123456789") {
            Ok(bytes) => println!("wrote {bytes}"),
            Err(error) => println!("write {}", error.raw_os_error()),
        }
    }
    let again = openat(cwd(), "data", OFlags::RDONLY, Mode::empty()).unwrap();
    println!("read {}", read(&again, &mut [0; 100]).unwrap());
}
END
(cd rust && CARGO_HOME=$PWD/../cargo cargo build --offline --quiet) >build.log 2>&1 || fail "cargo: $(cat build.log)"
whole='wrote 10
wrote 10
wrote 10
read 30'
target=rust/target/debug/target
struck_calls="-f write:errno=ENOSPC,on=2,path=**/data -f read:short,bytes=3,path=**/data"
# shellcheck disable=SC2086 # words are wanted
faultline run -q --door preload $struck_calls -- $target
expect 0
is out "$whole"
faultline run -q --door kernel -f '@io,@file:delay=1ns,path=/nowhere/**' -- $target
expect 0
is out "$whole"
# shellcheck disable=SC2086 # words are wanted
faultline run -q --door kernel $struck_calls -- $target
expect 0
is out 'wrote 10
write 28
wrote 10
read 3'
faultline run -q --door kernel -f 'openat,open:errno=EMFILE,path=**/data' -- $target
expect 0
is out 'open 24'
left_nothing
