"""Polls destination folders as loaders do, and complains of whatever is not whole.

Two loaders in one: one takes every file whose name has no leading dot at its first sight, the
other waits for <id>.ready and takes what it names. Knows nothing but the contract of the folder.
Ends when its input ends; prints one JSON object.
"""
import hashlib
import json
import os
import select
import sys

files = {}  # path -> (identity, sha256) at first sight
taken = {}  # id -> {name: sha256}
times = {}  # id -> how often it appeared
present = set()
complaints = []
looks = 0


def identity(path):
    facts = os.stat(path)
    return facts.st_ino, facts.st_size, facts.st_mtime_ns


def first_sight(path):
    if path not in files:
        before = identity(path)
        with open(path, "rb") as file:
            digest = hashlib.sha256(file.read()).hexdigest()
        files[path] = before, digest
    return files[path][1]


def take(out, name):
    with open(f"{out}/{name}", "rb") as file:
        entry = json.loads(file.read())
    if name != entry["id"] + ".ready":
        complaints.append(f"{name} speaks of {entry['id']}")
    found = {}
    for item in entry["files"]:
        path = f"{out}/{item['name']}"
        if not os.path.exists(path):
            complaints.append(f"{name}: {item['name']} is not there")
            continue
        found[item["name"]] = first_sight(path)
        if found[item["name"]] != item["sha256"]:
            complaints.append(f"{name}: {item['name']} is not what it says")
        if os.stat(path).st_size != item["size"]:
            complaints.append(f"{name}: {item['name']} has another size")
    if taken.setdefault(entry["id"], found) != found:
        complaints.append(f"{entry['id']} came twice with other content")


def look(out):
    names = os.listdir(out) if os.path.isdir(out) else []
    for name in names:
        path = f"{out}/{name}"
        if name.startswith("."):
            complaints.append(f"{name} is hidden in out/")
            continue
        first_sight(path)
        if identity(path) != files[path][0]:
            complaints.append(f"{name} changed after its first sight")
        if name.endswith(".ready") and path not in present:
            present.add(path)
            times[name] = times.get(name, 0) + 1
            take(out, name)
    for path in [path for path in present if path.startswith(out + "/")]:
        if os.path.basename(path) not in names:
            complaints.append(f"{os.path.basename(path)} went away")
            present.discard(path)


folders = [root + "/out" for root in sys.argv[1:]]
ending = False
while not ending:
    # One more look after the end, so that nothing of the last moment is missed.
    ending = bool(select.select([sys.stdin], [], [], 0.001)[0])
    for folder in folders:
        look(folder)
    looks += 1
print(json.dumps({"looks": looks, "complaints": complaints, "taken": taken, "times": times}))
