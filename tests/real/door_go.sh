# A static Go program through the kernel's door, which it takes by itself: a server and its clients in 50 goroutines are
# unchanged with every call notified, and struck they come to what they say, the same again with the same seed.
. "${0%/*}/lib.sh"
needs go
cat >main.go <<'END'
package main

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"sync"
)

func serve() {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	http.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { fmt.Fprintf(w, "hello %s", r.URL.Path) })
	go http.Serve(listener, nil)
	var all sync.WaitGroup
	var lock sync.Mutex
	good := 0
	for i := 0; i < 50; i++ {
		all.Add(1)
		go func(i int) {
			defer all.Done()
			answer, err := http.Get(fmt.Sprintf("http://%s/%d", listener.Addr(), i))
			if err != nil {
				return
			}
			text, _ := io.ReadAll(answer.Body)
			answer.Body.Close()
			if string(text) == fmt.Sprintf("hello /%d", i) {
				lock.Lock()
				good++
				lock.Unlock()
			}
		}(i)
	}
	all.Wait()
	fmt.Println(good)
}

func main() {
	if len(os.Args) > 1 {
		for i := 0; i < 20; i++ {
			if err := os.WriteFile("data", []byte("data"), 0644); err != nil {
				fmt.Println(i, err)
			}
		}
		_, err := net.Dial("tcp", "127.0.0.1:1")
		fmt.Println(err)
		return
	}
	serve()
}
END
HOME=$PWD GOFLAGS=-mod=mod GO111MODULE=off CGO_ENABLED=0 go build -o service main.go || fail 'go build'
faultline run -q --door kernel -f '@io,@file,@net,@process:delay=1ms,probability=0.0' -- ./service
expect 0
is out 50
for again in 1 2; do
    faultline run --seed 9 -o report.json -f 'write:errno=[ENOSPC,EIO],probability=0.3,path=**/data' \
        -f 'connect:errno=ECONNRESET,peer=127.0.0.1:1' -- ./service files
    expect 0
    says err "through the kernel's door, for it is a Go program"
    says out 'no space left on device'
    says out 'connection reset by peer'
    struck 'fault("write-errno")["triggered"] > 2' 'fault("connect-errno")["triggered"] == 1'
    mv out out.$again
done
cmp out.1 out.2 || fail 'two runs of one seed differ'
left_nothing
