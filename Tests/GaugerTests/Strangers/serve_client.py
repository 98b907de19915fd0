"""A client of `gauger serve`, written from the page ServiceProtocol alone.

Usage: serve_client.py HOME. The service must see an emulated instrument, this script too."""
import array
import json
import os
import signal
import socket
import struct
import sys
import time

home = sys.argv[1]


def connect():
    link = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    link.settimeout(60)
    link.connect(home + "/run/gauger.sock")
    return link


def send(link, frame, descriptors=()):
    text = json.dumps(frame).encode()
    beside = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", descriptors))]
    head = struct.pack(">I", len(text))
    # The descriptors go with the first byte; the rest may come in any pieces.
    link.sendmsg([head[:1]], beside if descriptors else [])
    for byte in (head + text)[1:]:
        link.send(bytes([byte]))


def exactly(link, count):
    got = b""
    while len(got) < count:
        more = link.recv(count - len(got))
        if not more:
            return None
        got += more
    return got


def receive(link):
    head = exactly(link, 4)
    return json.loads(exactly(link, struct.unpack(">I", head)[0])) if head else None


def command(*words, **more):
    frame = {
        "type": "run", "version": 1, "arguments": ["gauger", *words], "folder": "/",
        "environment": {"LANG": "C"},
    }
    if os.environ.get("UMOCKDEV_DIR"):
        frame["bench"] = os.environ["UMOCKDEV_DIR"]
    frame.update(more)
    return frame


def run(frame, during=lambda link, started: None):
    """The output, the errors and the last answer of a command."""
    out, err = os.pipe(), os.pipe()
    null = os.open("/dev/null", os.O_RDONLY)
    link = connect()
    send(link, frame, [null, out[1], err[1]])
    for descriptor in (null, out[1], err[1]):
        os.close(descriptor)
    answers = [receive(link)]
    if answers[0]["type"] == "started":
        during(link, answers[0])
        while answers[-1]["type"] != "exit":
            answers.append(receive(link))
        assert receive(link) is None, "nothing comes after the end"
    texts = []
    for descriptor in (out[0], err[0]):
        with os.fdopen(descriptor, "rb") as pipe:
            texts.append(pipe.read().decode())
    return texts[0], texts[1], answers


# How it stands.
link = connect()
send(link, {"type": "status", "version": 1})
status = receive(link)
assert status["type"] == "status" and status["service"]["home"] == home, status
assert status["service"]["clients"] == [], status

# A command to its end.
words = ["acquire", "usb2000plus", "--sample", "foreign", "--scans", "3", "--json"]
out, err, answers = run(command(*words))
assert [answer["type"] for answer in answers] == ["started", "ending", "exit"], answers
assert answers[1]["status"] == 0 and answers[2]["status"] == 0, (answers, err)
last = json.loads(out.strip().split("\n")[-1])
assert last["event"] == "finished" and last["record"]["sample"]["id"] == "foreign", last

# One that fails has its own code, and its four parts on standard error.
out, err, answers = run(command("acquire", "nowhere", "--sample", "x"))
assert answers[-1]["status"] == 3 and "code: instrument-not-found" in err, (answers, err)

# A signal ends a run in order.


def interrupt(link, started):
    time.sleep(0.04)
    send(link, {"type": "signal", "number": int(signal.SIGINT)})


out, err, answers = run(
    command("acquire", "usb2000plus", "--sample", "foreign", "--until-end", "--json"), interrupt)
assert answers[-1]["status"] in (1, 8, 130), (answers, err)

# Another home than the service's is refused, and so is what is no request.
out, err, answers = run(command("deliver", "retry", "--home", "/tmp/another"))
assert answers[-1]["status"] == 2 and "code: service-other-home" in err, (answers, err)
out, err, answers = run(command("deliver", "retry", version=9))
assert answers[0]["failure"]["code"] == "service-request-invalid", answers
out, err, answers = run(command("deliver", "retry", bench="/tmp/elsewhere"))
assert answers[0]["failure"]["code"] == "service-other-instruments", answers

print("all of it was answered as the page says")
