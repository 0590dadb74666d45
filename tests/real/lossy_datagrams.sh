# Datagrams are lost both ways; who asks again comes through, with as many answers as questions.
. "$(dirname "$0")/lib.sh"
cat >ask.py <<'END'
import socket, sys
server, client = (socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(2))
server.bind(("127.0.0.1", 0))
server.setblocking(False)
client.settimeout(0.01)
client.bind(("127.0.0.1", 0))
sent = answered = 0
for number in range(50):
    while True:
        client.sendto(b"%d" % number, server.getsockname())
        sent += 1
        try:
            while True:
                question, asker = server.recvfrom(100)
                server.sendto(question, asker)
        except BlockingIOError:
            pass
        try:
            if client.recvfrom(100)[0] == b"%d" % number:
                answered += 1
                break
        except TimeoutError:
            pass
print(answered, "answers", "to more questions" if sent > answered else "")
END
under lossy-datagrams python3 ask.py
expect 0
is out "50 answers to more questions"
struck 'fault("lost-on-the-way")["triggered"] > 5' 'fault("never-arrived")["triggered"] > 5' \
    'fault("lost-on-the-way")["triggered"] < fault("lost-on-the-way")["matched"]'
# A stream is not touched.
nginx_serves
under lossy-datagrams curl -sS "$url/"
expect 0
is out small
struck 'not events'
