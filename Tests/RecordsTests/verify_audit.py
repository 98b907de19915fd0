#!/usr/bin/env python3
"""Checks an audit chain by the page AuditFormat alone.

Usage: verify_audit.py FOLDER-OR-EXPORT [SEQUENCE HASH]...
Prints one JSON object: passed, entries, head, signed segments, and what is wrong first.
"""
import hashlib, json, pathlib, re, subprocess, sys, tempfile
from datetime import datetime

LINE = re.compile(rb'\{"entry":(.*),"hash":"([0-9a-f]{64})"(?:,"signature":"([0-9a-f]{128})")?\}')


def signed_by(key, signature, message):
    try:
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    except ImportError:  # the same question to OpenSSL
        with tempfile.TemporaryDirectory() as folder:
            files = [pathlib.Path(folder, n) for n in ("key", "signature", "message")]
            der = bytes.fromhex("302a300506032b6570032100") + key
            for file, content in zip(files, (der, signature, message)):
                file.write_bytes(content)
            command = ["openssl", "pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-rawin"]
            command += ["-inkey", files[0], "-sigfile", files[1], "-in", files[2]]
            return subprocess.run(command, capture_output=True).returncode == 0
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, message)
        return True
    except Exception:
        return False


def micros(text):
    seconds = datetime.strptime(text[:19] + "+0000", "%Y-%m-%dT%H:%M:%S%z").timestamp()
    return round(seconds) * 1_000_000 + int(text[20:26])


def check(chain, anchors):
    content = b"".join(f.read_bytes() for f in chain)
    previous, before, segment, wanted, step, signed = bytes(32), None, 0, None, False, 0
    entries = 0
    for number, line in enumerate(content.split(b"\n")[:-1], 1):
        found = LINE.fullmatch(line)
        assert found, f"line {number} has another form"
        entry, digest = json.loads(found[1]), hashlib.sha256(previous + found[1]).digest()
        spelt = json.dumps(entry, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        assert spelt.encode() == found[1], f"line {number} is spelt otherwise"
        assert digest.hex().encode() == found[2], f"line {number} has another hash"
        assert entry["sequence"] == number, f"line {number} has the number {entry['sequence']}"
        opens = entry["action"] == "segment-opened"
        assert opens == (wanted in (None, "opening")), f"line {number}: segments out of order"
        if opens:
            segment += 1
            assert entry["detail"]["segment"] == str(segment), f"line {number}: segment's number"
            assert entry["detail"]["previous"] == previous.hex(), f"line {number}: previous"
        closes = entry["action"] == "segment-closed"
        assert closes == bool(found[3]), f"line {number}: signed and no end, or an end unsigned"
        if closes:
            message = b"gauger-audit-segment:" + found[2]
            key = bytes.fromhex(entry["detail"]["key"])
            good = signed_by(key, bytes.fromhex(found[3].decode()), message)
            assert good, f"line {number}: the signature is wrong"
            signed += 1
        wanted = "opening" if closes else "entry"
        now = (entry["boot"], micros(entry["time"]), entry["monotonic_us"])
        if before:
            passed, there = now[1] - before[1], now[2] - before[2]
            same = now[0] and now[0] == before[0]
            step = step or passed < 0 or (same and abs(passed - there) > 1_000_000)
        told = entry["action"] in ("clock-set-back", "clock-stepped")
        own = opens or closes or entry["action"].startswith("audit-")
        assert told or own or not step, f"line {number}: the clock was moved and nobody says so"
        step, before, previous, entries = step and not told, now, digest, number
        if number in anchors:
            assert anchors[number] == digest.hex(), f"line {number} is not that of the anchor"
    assert entries >= max(anchors, default=0), f"the chain ends at {entries}, before an anchor"
    cut = not content.endswith(b"\n") and bool(content)
    return {"entries": entries, "head": previous.hex(), "signed": signed, "cut": cut}


path = pathlib.Path(sys.argv[1])
kept = sys.argv[2:]
files = sorted(path.glob("[0-9]*.jsonl")) if path.is_dir() else [path]
try:
    answer = check(files, {int(s): h for s, h in zip(kept[::2], kept[1::2])})
    print(json.dumps({"passed": True, **answer}))
except (AssertionError, ValueError, KeyError) as wrong:
    print(json.dumps({"passed": False, "wrong": str(wrong)}))
