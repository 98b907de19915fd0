#!/usr/bin/env python3
"""Commits of bare SQLite: one row and its file a transaction, WAL and synchronous FULL.

Usage: catalogue.py FOLDER COMMITS. Prints one line a figure: name, value, trials.
"""
import sqlite3
import sys
import time

FOLDER, COMMITS = sys.argv[1], int(sys.argv[2])
RUNS = """
    CREATE TABLE sources (
      path TEXT PRIMARY KEY, sha256 TEXT NOT NULL, size INTEGER NOT NULL, stamp TEXT NOT NULL,
      problem TEXT) WITHOUT ROWID;
    CREATE TABLE runs (
      run TEXT PRIMARY KEY, kind TEXT NOT NULL, sample TEXT NOT NULL, person TEXT NOT NULL,
      address TEXT NOT NULL, model TEXT NOT NULL, instrument TEXT NOT NULL, maker TEXT NOT NULL,
      serial_number TEXT NOT NULL, driver TEXT NOT NULL, started TEXT NOT NULL,
      ended_by TEXT NOT NULL, complete INTEGER NOT NULL, emulated INTEGER NOT NULL,
      safe TEXT NOT NULL, scans INTEGER NOT NULL, dark INTEGER NOT NULL, durable INTEGER NOT NULL,
      lost INTEGER NOT NULL, profile_sha256 TEXT NOT NULL, software TEXT NOT NULL,
      deliveries TEXT NOT NULL,
      source TEXT NOT NULL REFERENCES sources(path) ON DELETE CASCADE);
    CREATE INDEX runs_source ON runs(source);
    CREATE INDEX runs_sample ON runs(sample);
    CREATE INDEX runs_serial_number ON runs(serial_number);
"""


def row(number):
    run = f"20261120T{number:06d}Z-usb4000-aaaa"
    path = f"runs/{run}/run.json"
    return (path, "0" * 64, 4000, "1.2.3", None), (
        run, "sample", f"S-{number}", "ada", "usb:1-1", "m/1", "M", "Maker", "A1", "d",
        "2026-11-20T10:15:00.000000Z", "done", 1, 0, "safe", 3, 0, 3, 0, "", "Gauger 1", "{}", path)


def opened(name):
    db = sqlite3.connect(f"{FOLDER}/{name}", isolation_level=None)
    db.executescript("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON")
    db.executescript(RUNS)
    return db


def put(db, number):
    source, values = row(number)
    db.execute("INSERT INTO sources VALUES (?, ?, ?, ?, ?)", source)
    db.execute(f"INSERT INTO runs VALUES ({', '.join('?' * len(values))})", values)


db = opened("single.sqlite")
began = time.perf_counter()
for number in range(COMMITS):
    db.execute("BEGIN IMMEDIATE")
    put(db, number)
    db.execute("COMMIT")
print("sqlite", COMMITS / (time.perf_counter() - began), COMMITS)

db = opened("batch.sqlite")
began = time.perf_counter()
db.execute("BEGIN IMMEDIATE")
for number in range(COMMITS):
    put(db, number)
db.execute("COMMIT")
print("sqlite-batch", COMMITS / (time.perf_counter() - began), COMMITS)
