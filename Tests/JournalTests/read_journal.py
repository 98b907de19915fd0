"""Reads a Gauger journal with nothing but the page that documents it: one JSON line a record."""
import json
import struct
import sys

TABLE = []
for byte in range(256):
    value = byte
    for _ in range(8):
        value = value >> 1 ^ (0x82F63B78 if value & 1 else 0)
    TABLE.append(value)


def crc32c(data):
    value = 0xFFFFFFFF
    for byte in data:
        value = value >> 8 ^ TABLE[(value ^ byte) & 0xFF]
    return value ^ 0xFFFFFFFF


def read(path):
    with open(path, "rb") as file:
        data = file.read()
    if data[:8] != b"GAUGERJ1":
        raise ValueError("not a journal")
    (length,) = struct.unpack_from("<I", data, 8)
    (check,) = struct.unpack_from("<I", data, 12 + length)
    if crc32c(data[: 12 + length]) != check:
        raise ValueError("damaged header")
    yield json.loads(data[12 : 12 + length].decode("utf-8"))
    place, number = 16 + length, 0
    while place + 64 <= len(data):
        size, kind, flags, sequence, *rest = struct.unpack_from("<IHHQQQQQ12xI", data, place)
        whole = data[place : place + 60] + bytes(4) + data[place + 64 : place + 64 + size]
        if len(whole) < 64 + size or crc32c(whole) != rest[4] or sequence != number:
            break
        yield {
            "size": size, "kind": kind, "flags": flags, "sequence": sequence,
            "requested": rest[0], "first_byte": rest[1], "last_byte": rest[2],
            "detail": rest[3], "content": whole[64:].hex(),
        }
        place, number = place + 64 + size, number + 1
    yield {"end": place, "left": len(data) - place}


if __name__ == "__main__":
    for line in read(sys.argv[1]):
        print(json.dumps(line, sort_keys=True))
