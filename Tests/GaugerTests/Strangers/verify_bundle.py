"""Checks a bundle by the page Bundle, and those that it names, alone: verify_bundle.py BUNDLE [KEY]...

Prints one JSON object: passed, the links that are broken, and a number computed from the raw bytes.
"""
import csv, hashlib, json, math, pathlib, re, struct, sys, zipfile
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

LINE = re.compile(rb'\{"entry":(.*),"hash":"([0-9a-f]{64})"(?:,"signature":"([0-9a-f]{128})")?\}')
path, keys = pathlib.Path(sys.argv[1]), sys.argv[2:]
if path.is_dir():
    files = {f.relative_to(path).as_posix(): f.read_bytes() for f in path.rglob("*") if f.is_file()}
else:
    with zipfile.ZipFile(path) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
broken, numbers, table = [], {}, []
for byte in range(256):
    for _ in range(8):
        byte = byte >> 1 ^ (0x82F63B78 if byte & 1 else 0)
    table.append(byte)

def sha(data): return hashlib.sha256(data).hexdigest()
def spelt(value): return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
def demand(holds, link): holds or broken.append(link)

def signed(key, signature, message):
    try:
        return Ed25519PublicKey.from_public_bytes(bytes.fromhex(key)).verify(bytes.fromhex(signature), message) is None
    except Exception:
        return False

def crc32c(data):
    value = 0xFFFFFFFF
    for byte in data:
        value = value >> 8 ^ table[(value ^ byte) & 255]
    return value ^ 0xFFFFFFFF

def journal(data):
    length, = struct.unpack_from("<I", data, 8)
    place, frames, kind, number = 16 + length, [], 0, 0
    demand(data[:8] == b"GAUGERJ1" and crc32c(data[:12 + length]) == struct.unpack_from("<I", data, 12 + length)[0], "journal header")
    while place + 64 <= len(data):
        size, kind, _, sequence = struct.unpack_from("<IHHQ", data, place)
        whole = data[place:place + 60] + bytes(4) + data[place + 64:place + 64 + size]
        demand(crc32c(whole) == struct.unpack_from("<I", data, place + 60)[0] and sequence == number, f"journal record {number}")
        frames += [whole[64:]] if kind == 1 else []
        place, number = place + 64 + size, number + 1
    demand(kind == 10 and place == len(data), "journal end")
    return json.loads(data[12:12 + length]), frames

def column(name, head):
    rows = csv.DictReader(l for l in files[name].decode().splitlines() if not l.startswith("#"))
    return [float(row[head]) for row in rows]

def same(name, computed, kept):
    demand(len(computed) == len(kept) and all(math.isclose(a, b, rel_tol=1e-12, abs_tol=0) for a, b in zip(computed, kept)), name)
    numbers[name] = computed[0]

manifest, seal = json.loads(files["MANIFEST.json"]), json.loads(files["SEAL.json"])
demand(spelt(manifest) + b"\n" == files["MANIFEST.json"] and manifest["schema"] == 1, "manifest")
demand(signed(seal["key"], seal["signature"], b"gauger-bundle:" + sha(files["MANIFEST.json"]).encode()), "seal")
demand(seal["key"] in keys, "key of the seal")
found = {n: {"sha256": sha(d), "size": len(d)} for n, d in files.items() if n not in ("MANIFEST.json", "SEAL.json")}
for name in sorted(found.keys() | manifest["files"].keys()):
    demand(found.get(name) == manifest["files"].get(name), name)
here = f"runs/{manifest['run']}/"
run, entries, previous, segments = json.loads(files[here + "run.json"]), [], None, sorted(n for n in files if re.fullmatch(r"audit/\d{6,}\.jsonl", n))
for segment in segments:
    for line in files[segment].split(b"\n")[:-1]:
        text, digest, signature = LINE.fullmatch(line).groups()
        entry = json.loads(text)
        if entry["action"] == "segment-opened":
            previous = bytes.fromhex(entry["detail"]["previous"])
        previous = hashlib.sha256(previous + text).digest()
        demand(previous.hex() == digest.decode() and spelt(entry) == text, f"{segment} {entry['sequence']}")
        if signature:
            demand(signed(entry["detail"]["key"], signature.decode(), b"gauger-audit-segment:" + digest), segment)
        entries.append(entry)
    demand(signature or segment == segments[-1], segment + " is not closed")
demand(manifest["audit"] == {"hash": previous.hex(), "sequence": entries[-1]["sequence"]}, "end of the audit extract")
told = {(e["action"], e["object"], e.get("new")): e for e in entries}
for name in files:
    kept = re.fullmatch(r"runs/(.*)/evaluations/\d+/evaluation.json|sequences/(.*)/\d+/sequence.json", name)
    if kept and (kept[2] or kept[1] == manifest["run"]):
        event = ("evaluation-kept", "run/" + kept[1]) if kept[1] else ("sequence-kept", "sequence/" + kept[2])
        demand((*event, sha(files[name])) in told, f"{name} in the audit chain")
    if name.endswith("/delivery.json"):
        demand(all(f["sha256"] in {x["sha256"] for x in found.values()} for f in json.loads(files[name])["files"]), name)
if "imported" in run:
    source = files[here + "source/" + run["imported"]["file"]]
    demand(sha(source) == run["imported"]["sha256"] and ("run-imported", "run/" + run["run"], sha(source)) in told, "source")
    if run["imported"]["format"] == "ms1":
        total = 0.0
        for line in source.decode().splitlines():
            total += float(line.split()[1]) if line[:1].isdigit() else 0.0
        same("sum of intensities", [total], [run["processing"][0]["numbers"]["mass_sum"]])
else:
    raw = files[here + "raw.journal"]
    header, frames = journal(raw)
    demand(sha(raw) == run["journal_sha256"] and ("run-ended", "run/" + run["run"], sha(raw)) in told, "raw record")
    demand(files["profile.yaml"].decode() == header["profile_text"] and sha(files["profile.yaml"]) == run["profile_sha256"], "profile")
    model, files_ = run["instrument"]["model"], here + "files/"
    if model.startswith("open-stream") and files_ + "spectrum.csv" not in files:
        tics = []
        for frame in frames:
            pairs = struct.unpack_from("<%dd" % (2 * struct.unpack_from("<I", frame, 40)[0]), frame, 48)
            tics.append(0.0)
            for value in pairs[1::2]:
                tics[-1] += value
        same("total ion current", tics, column(files_ + "traces.csv", "tic_counts"))
    elif frames and files_ + "spectrum.csv" in files:
        word, skip, head = {"oce": ("H", 0, "raw_counts"), "sta": ("i", 0, "raw_counts"), "ope": ("d", 48, "intensity_counts")}[model[:3]]
        kept = column(files_ + "spectrum.csv", head)
        read = [struct.unpack_from(f"<{len(kept)}{word}", frame, skip) for frame in frames]
        same("mean of the readouts", [sum(values) / len(read) for values in zip(*read)], kept)
for name in files:
    if name.startswith("sequences/") and name.endswith("/sequence.json"):
        result = json.loads(files[name])
        for curve in (c for c in result["curves"] if "curve" in c):
            factors = curve["curve"]["coefficients"]
            for answers in (r for r in result["runs"] if r["facts"]["run"] == run["run"]):
                value = [a.get("value") for a in answers["answers"] if a["analyte"] == curve["analyte"]][0]
                reading = [r for r in answers["evaluation"]["readings"] if r["name"] == curve["analyte"]][0]
                if value is not None and "dilution" not in answers["facts"]["sample"]:
                    same("response at the content", [sum(c * value ** k for k, c in enumerate(factors))], [reading["ratio"]])
            used = [s for s in curve["curve"]["standards"] if s["point"]["used"]]
            for power in range(len(factors)):
                terms = [s["weight"] * s["residual"] * s["point"]["level"] ** power for s in used]
                demand(abs(sum(terms)) <= 1e-9 * sum(map(abs, terms)), f"fit of {curve['analyte']}")
print(json.dumps({"passed": not broken, "broken": broken, "numbers": numbers, "entries": len(entries)}))
