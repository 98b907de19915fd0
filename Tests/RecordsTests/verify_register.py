#!/usr/bin/env python3
"""Checks a register by the page RegisterFormat alone.

Usage: verify_register.py FOLDER
Prints one JSON object: versions by "kind/object", signatures that are right, and what is wrong first.
"""
import hashlib, json, pathlib, re, subprocess, sys, tempfile, unicodedata


def signed_by(key, signature, message):
    try:
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    except ImportError:  # the same question to OpenSSL
        with tempfile.TemporaryDirectory() as place:
            files = [pathlib.Path(place, n) for n in ("key", "signature", "message")]
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


def spelt(value):
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def folder(name):
    raw = name.encode()
    if re.fullmatch(rb"[A-Za-z0-9]([A-Za-z0-9._-]{0,58}[A-Za-z0-9_-])?", raw):
        return name
    stem = re.sub(rb"[^A-Za-z0-9._-]", b"-", raw[:40])
    if not stem[:1].isalnum():
        stem = b"x" + stem[1:]
    return stem.decode() + "~" + hashlib.sha256(raw).hexdigest()[:16]


def check(root):
    counts, signatures = {}, 0
    for place in sorted(root.glob("*/*/")):
        if place.parent.name == "evidence":
            continue
        previous = None
        files = sorted(f for f in place.iterdir() if re.fullmatch(r"\d{6,}\.json", f.name))
        for number, file in enumerate(files, 1):
            content = file.read_bytes()
            where = f"{place.parent.name}/{place.name}/{file.name}"
            assert file.name == f"{number:06d}.json", f"{where}: a hole before it"
            entry = json.loads(content)
            assert spelt(entry) + b"\n" == content, f"{where}: spelt otherwise"
            assert entry["schema"] == 1 and entry["version"] == number, f"{where}: number"
            assert entry["kind"] == place.parent.name, f"{where}: kind"
            assert folder(entry["object"]) == place.name, f"{where}: folder"
            assert unicodedata.is_normalized("NFC", entry["object"]), f"{where}: not composed"
            assert entry.get("supersedes") == previous, f"{where}: the version before"
            previous = hashlib.sha256(content).hexdigest()
            body = entry["body"]
            if "values" in body:
                values = hashlib.sha256(spelt(body["values"])).hexdigest()
                assert values == body["values_sha256"], f"{where}: values"
            if "signature" in body:
                made = body["signature"]
                words = {k: made[k] for k in ("digest", "meaning", "name", "person", "time")}
                message = spelt({**words, "schema": 1})
                key, signature = (bytes.fromhex(made[k]) for k in ("public_key", "signature"))
                assert made["digest"] == body["digest"], f"{where}: another record's signature"
                assert signed_by(key, signature, message), f"{where}: signature"
                signatures += 1
            counts[f"{entry['kind']}/{entry['object']}"] = number
    return counts, signatures


def main():
    try:
        counts, signatures = check(pathlib.Path(sys.argv[1]))
        answer = {"passed": True, "versions": counts, "signatures": signatures}
    except (AssertionError, KeyError, ValueError) as error:
        answer = {"passed": False, "versions": {}, "signatures": 0, "wrong": str(error)}
    print(json.dumps(answer))


main()
