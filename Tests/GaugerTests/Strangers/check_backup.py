"""Checks every backup in a folder without Gauger, from the page `Backups` alone.

Usage: check_backup.py FOLDER. Prints one line a backup: name, files, bytes; ends with 1 where
anything is not as its manifest says. The signature is checked where `cryptography` is there.
"""
import hashlib
import json
import pathlib
import sys

try:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
except ImportError:
    Ed25519PublicKey = None

bad = []
for place in sorted(pathlib.Path(sys.argv[1]).iterdir()):
    if place.name.startswith("."):
        continue
    manifest = (place / "manifest.json").read_bytes()
    content = json.loads(manifest)
    named = dict(line.split(" ") for line in (place / "manifest.sig").read_text().splitlines())
    signed = b"gauger-backup:" + hashlib.sha256(manifest).hexdigest().encode()
    if Ed25519PublicKey:
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(named["key"]))
        key.verify(bytes.fromhex(named["signature"]), signed)
    home = place / "home"
    listed = {entry["path"] for entry in content["files"]}
    found = {str(path.relative_to(home)) for path in home.rglob("*") if not path.is_dir()}
    if listed != found:
        bad.append(f"{place.name}: {sorted(listed ^ found)[:5]}")
    for entry in content["files"]:
        data = (home / entry["path"]).read_bytes()
        if len(data) != entry["size"] or hashlib.sha256(data).hexdigest() != entry["sha256"]:
            bad.append(f"{place.name}: {entry['path']}")
    audit = b"".join(path.read_bytes() for path in sorted((home / "audit").glob("*.jsonl")))
    last = audit.splitlines()[-1].decode()
    if content["audit"]["hash"] not in last:
        bad.append(f"{place.name}: the chain ends elsewhere than the manifest says")
    print(place.name, len(content["files"]), sum(entry["size"] for entry in content["files"]))
print("\n".join(bad), file=sys.stderr)
sys.exit(1 if bad else 0)
