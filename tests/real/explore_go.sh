# An exploration of a static Go program, through the kernel's door: two mistakes of one kind are told apart by the program's
# own code, whatever of Go's library stands between it and the kernel; errors that are looked at are not accused.
. "${0%/*}/lib.sh"
needs go
cat >main.go <<'EOF'
package main

import (
	"fmt"
	"os"
)

func fail(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func create(name string) *os.File {
	file, err := os.Create(name)
	fail(err)
	return file
}

//go:noinline
func careless(data []byte) {
	create("careless.txt").Write(data)
}

//go:noinline
func reckless(data []byte) {
	create("reckless.txt").Write(data)
}

//go:noinline
func careful(data []byte) {
	_, err := create("careful.txt").Write(data)
	fail(err)
}

func main() {
	data, err := os.ReadFile("in.txt")
	fail(err)
	careless(data)
	reckless(data)
	careful(data)
}
EOF
GOCACHE=$work/cache GO111MODULE=off CGO_ENABLED=0 go build -o saver main.go || fail 'go build'
mkdir given
echo something >given/in.txt
faultline explore -q -j1 -w given --try io -o found -- "$PWD/saver"
expect 1
says out "through the kernel's door, for it is a Go program"
holds found/findings.json \
    'sorted(f["class"] for f in d["findings"] if f["strikes"][0]["function"] == "write") == ["silent-wrong"] * 2' \
    'sorted(f["detail"] for f in d["findings"] if f["strikes"][0]["function"] == "write") == ["careless.txt is empty", "reckless.txt is empty"]'
says out 'from main.careless'
says out 'from main.reckless'
says_not out 'from main.careful'
left_nothing
