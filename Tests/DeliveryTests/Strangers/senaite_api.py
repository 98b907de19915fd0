"""A fake of SENAITE's JSON API, written from its documented routes and habits; not SENAITE itself.

usage: senaite_api.py LIMS.json USER:PASSWORD [--mode MODE]

Prints its port; ends with its standard input. LIMS.json: {"samples": {"ID": {"KW": {"Result": "",
"state": "unassigned", "limits": false}}}, "writes": 0}, rewritten with each write. A wrong login is
answered as to an anonymous visitor. MODE `good`; `lies` answers success and stores nothing; `bends`
stores 0.0; `dies` stores and ends without an answer, once; `broken` answers 500; `rubbish` no JSON.
"""
import base64
import json
import os
import re
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlparse

path, login = sys.argv[1:3]
mode = sys.argv[sys.argv.index("--mode") + 1] if "--mode" in sys.argv else "good"
BASE = "/@@API/senaite/v1/"


def load():
    with open(path) as file:
        return json.load(file)


def save(lims):
    with open(path + ".new", "w") as file:
        json.dump(lims, file)
    os.rename(path + ".new", path)


def floatable(text):
    try:
        float(text)
        return True
    except ValueError:
        return False


def store(entry, result):
    """What SENAITE does with a result string: a sign needs manual limits, else it is lost."""
    found = re.match(r"^([<>])\s*(.*)$", result)
    if found and floatable(found.group(2)):
        entry["Operand"] = found.group(1) if entry.get("limits") else ""
        result = found.group(2)
    entry["Result"] = result
    entry["state"] = "to_be_verified"


class Site(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def known(self):
        wanted = "Basic " + base64.b64encode(login.encode()).decode()
        return self.headers.get("Authorization") == wanted

    def answer(self, status, body):
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def do_GET(self):
        url = urlparse(self.path)
        route = unquote(url.path)
        if mode == "broken":
            return self.answer(500, {"message": "trouble"})
        if mode == "rubbish":
            return self.answer(200, b"<html>")
        if route == BASE + "users/current":
            return self.answer(200, {"items": [{"authenticated": self.known()}], "count": 1})
        if not self.known():
            return self.answer(401, {"message": "not allowed"})
        lims = load()
        if route == BASE + "search":
            wanted = parse_qs(url.query)["getId"][0]
            items = [{"id": key, "Analyses": [{"uid": key + "~" + kw} for kw in kws]}
                     for key, kws in lims["samples"].items() if wanted in key]
            return self.answer(200, {"items": items, "count": len(items)})
        if route.startswith(BASE + "Analysis/"):
            sample, keyword = route[len(BASE + "Analysis/"):].split("~")
            entry = lims["samples"][sample][keyword]
            item = {"uid": sample + "~" + keyword, "Keyword": keyword.split("/")[0],
                    "Result": entry["Result"], "review_state": entry["state"],
                    "DetectionLimitOperand": entry.get("Operand", ""),
                    "DetectionLimitSelector": bool(entry.get("limits")),
                    "AllowManualDetectionLimit": bool(entry.get("limits")),
                    "Remarks": entry.get("Remarks", "")}
            return self.answer(200, {"items": [item], "count": 1})
        self.answer(404, {"message": "no route"})

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if not self.known():
            return self.answer(401, {"message": "not allowed"})
        route = unquote(urlparse(self.path).path)
        sample, keyword = route[len(BASE + "update/"):].split("~")
        lims = load()
        entry = lims["samples"][sample][keyword]
        if mode != "lies":
            store(entry, "0.0" if mode == "bends" else body["Result"])
            entry["Remarks"] = body["Remarks"]
            lims["writes"] += 1
            save(lims)
        if mode == "dies":
            os._exit(7)
        self.answer(200, {"items": [{"uid": sample + "~" + keyword}], "count": 1, "success": True})


server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
threading.Thread(target=server.serve_forever, daemon=True).start()
print(server.server_address[1], flush=True)
sys.stdin.read()
