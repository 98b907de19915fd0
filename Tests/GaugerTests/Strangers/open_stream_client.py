"""A client of the open stream protocol, version 1, written from its page alone.

python3 open_stream_client.py PORT OUT.json  takes one run to its end, then aborts a second one.
"""
import json, os, select, struct, sys, termios, time, tty

def crc(data):
    value = 0xFFFFFFFF
    for byte in data:
        value ^= byte
        for _ in range(8):
            value = value >> 1 ^ (0x82F63B78 if value & 1 else 0)
    return value ^ 0xFFFFFFFF

class Line:
    def __init__(self, path):
        self.fd = os.open(path, os.O_RDWR | os.O_NOCTTY)
        tty.setraw(self.fd, termios.TCSANOW)
        self.buffer, self.sequence = b"", 0

    def order(self, kind, payload=b""):
        self.sequence += 1
        head = struct.pack("<2sBBII", b"\x47\xa5", kind, 0, self.sequence, len(payload))
        os.write(self.fd, head + struct.pack("<I", crc(head)) + payload + struct.pack("<I", crc(head + payload)))
        return self.sequence

    def more(self):
        if not select.select([self.fd], [], [], 10)[0]:
            raise SystemExit("nothing came for 10 s")
        self.buffer += os.read(self.fd, 65536)

    def frame(self):
        while True:
            start = self.buffer.find(b"\x47\xa5")
            if start < 0 or len(self.buffer) < start + 16:
                self.more()
                continue
            head = self.buffer[start:start + 12]
            kind, _, _, length = struct.unpack("<xxBBII", head)
            if crc(head) == struct.unpack_from("<I", self.buffer, start + 12)[0]:
                while len(self.buffer) < start + 20 + length:
                    self.more()
                payload = self.buffer[start + 16:start + 16 + length]
                if crc(head + payload) == struct.unpack_from("<I", self.buffer, start + 16 + length)[0]:
                    self.buffer = self.buffer[start + 20 + length:]
                    return kind, payload
            self.buffer = self.buffer[start + 1:]

    def ask(self, order, payload, reply):
        number = self.order(order, payload)
        while True:
            kind, found = self.frame()
            if kind in (reply, 0x87) and struct.unpack_from("<I", found)[0] == number:
                return kind, found[4:]

def texts(data, count):
    found = []
    for _ in range(count):
        found.append(data[1:1 + data[0]].decode())
        data = data[1 + data[0]:]
    return found, data

line = Line(sys.argv[1])
os.write(line.fd, b"OPEN-STREAM?\r")
while b"\r\n" not in line.buffer:
    line.more()
text, _, line.buffer = line.buffer.partition(b"\r\n")
_, who = line.ask(1, struct.pack("<HHI", 1, 1, 1 << 20), 0x81)
out = {"text": text.decode(), "version": struct.unpack_from("<H", who)[0], "who": texts(who[12:], 4)[0]}
_, what = line.ask(2, b"", 0x82)
kind, form, mass_form, base, ticks, rate, most, channels, settings, axis = struct.unpack_from("<BBBBddIHHI", what)
rest, units = what[32:], []
for _ in range(channels):
    names, rest = texts(rest, 2)
    units.append(names)
    rest = rest[8:]
out.update(kind=kind, form=form, base=base, channels=units, settings=settings)
out["refused"] = [line.ask(1, struct.pack("<HHI", 2, 9, 4096), 0x81)[1][0],
                  line.ask(0x7E, b"", 0)[1][0], line.ask(3, b"", 0x83)[1][0]]
line.ask(4, struct.pack("<HH", 0, 0), 0x84)
run = line.order(5, struct.pack("<QII", 0, 5000, 0))
out["numbers"], out["times"], out["values"] = [], [], []
while True:
    found, payload = line.frame()
    if found == 0x86:
        out["end"] = struct.unpack_from("<IIHHQ", payload)
        out["run"] = run
        break
    if found != 0x90:
        continue
    _, _, number, _, count, _ = struct.unpack_from("<IIQQII", payload)
    out["numbers"].append(number)
    row = struct.unpack_from("<%dd" % (count * (channels + 1)), payload, 32)
    for point in range(count):
        out["times"].append(row[point * (channels + 1)])
        out["values"].append(row[point * (channels + 1) + 1:(point + 1) * (channels + 1)])
out["second"] = line.order(5, struct.pack("<QII", 1, 0, 0))
while line.frame()[0] != 0x90:
    pass
out["pong"] = struct.unpack("<IQ", line.ask(8, b"", 0x88)[1])
out["aborted"] = struct.unpack("<IHHQ", line.ask(7, b"", 0x86)[1])
json.dump(out, open(sys.argv[2], "w"))
