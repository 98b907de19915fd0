"""A receiver of deliveries over HTTP, written from the documentation alone, on a web server from PyPI.

usage: http_receiver.py STORE SECRET-FILE [--seed N] [--mode MODE] [--tls CERT KEY]

Prints its port. Keeps what it takes in STORE/<idempotency key>.json, which outlives it; a key that is
there already is a duplicate, counted and not kept again. MODE `good` answers with a receipt; `stormy`
fails at seeded points: before and after it has kept the delivery, by 503, 500, 429, by closing the
connection, by half an answer, by ending itself. Others answer one thing: a status number, `plain` (no
receipt), `wrong-hash`, `rubbish`, `slow`, `long`, `redirect`.
"""
import asyncio
import hashlib
import hmac
import json
import os
import random
import ssl
import sys

from aiohttp import MultipartReader, web


def option(name, default):
    return sys.argv[sys.argv.index(name) + 1] if name in sys.argv else default


store, secret_file = sys.argv[1:3]
mode = option("--mode", "good")
with open(secret_file, "rb") as file:
    secret = file.read().rstrip(b"\r\n")
chance = random.Random(int(option("--seed", "0")) * 1000 + len(os.listdir(store)) + os.getpid() % 7)


def note(name, line):
    with open(os.path.join(store, name), "a") as file:
        file.write(line + "\n")


async def take(request):
    body = await request.read()
    key = request.headers["Idempotency-Key"]
    mark = hmac.new(secret, body, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(request.headers.get("X-Gauger-Signature", ""), "sha256=" + mark):
        note("bad-signatures", key)
        return web.Response(status=401, text="signature")
    fate = chance.random() if mode == "stormy" else 1.0
    if fate < 0.12:
        return web.Response(status=503, text="busy")
    if fate < 0.2:
        return web.Response(status=429, text="slowly")
    if fate < 0.3:
        request.transport.abort()
        return web.Response()
    reader = await multipart(request, body)
    manifest = json.loads(reader[0][1])
    files = {name: hashlib.sha256(content).hexdigest() for name, content in reader[1:]}
    sizes = {name: len(content) for name, content in reader[1:]}
    for entry in manifest["files"]:
        if files.get(entry["name"]) != entry["sha256"] or sizes[entry["name"]] != entry["size"]:
            note("wrong-hashes", key)
    if manifest["id"] != key or len(files) != len(manifest["files"]):
        note("wrong-hashes", key)
    path = os.path.join(store, key + ".json")
    status = "imported"
    if os.path.exists(path):
        status = "duplicate"
        note("duplicates", key)
    else:
        with open(path + ".new", "w") as file:
            json.dump({"files": files, "emulated": manifest["emulated"]}, file)
        os.rename(path + ".new", path)
        note("order", key)
    if fate < 0.4:
        os._exit(7)
    if fate < 0.48:
        return web.Response(status=500, text="after it was kept")
    if fate < 0.56:
        request.transport.abort()
        return web.Response()
    receipt = {"id": key, "sha256": hashlib.sha256(body).hexdigest(), "status": status,
               "lims_ref": "R-" + key[-6:]}
    if fate < 0.64:
        half = web.StreamResponse(headers={"Content-Length": "500"})
        await half.prepare(request)
        await half.write(json.dumps(receipt).encode()[:20])
        request.transport.abort()
        return half
    if mode.isdigit():
        return web.Response(status=int(mode), text="no\nthank\tyou")
    if mode == "plain":
        return web.Response(text="thanks")
    if mode == "wrong-hash":
        receipt["sha256"] = "0" * 64
    if mode == "rubbish":
        return web.Response(text="{\"id\": 7")
    if mode == "rejects":
        receipt["status"] = "rejected"
    if mode == "redirect":
        raise web.HTTPFound("/elsewhere")
    if mode == "slow":
        await asyncio.sleep(60)
    if mode == "long":
        return web.Response(body=b"x" * (3 << 20))
    return web.json_response(receipt)


async def main():
    app = web.Application(client_max_size=1 << 28)
    app.router.add_post("/in", take)
    runner = web.AppRunner(app)
    await runner.setup()
    context = None
    if "--tls" in sys.argv:
        place = sys.argv.index("--tls")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(sys.argv[place + 1], sys.argv[place + 2])
    site = web.TCPSite(runner, "127.0.0.1", int(option("--port", "0")), ssl_context=context)
    await site.start()
    print(runner.addresses[0][1], flush=True)
    await asyncio.to_thread(sys.stdin.read)  # ends with whoever started it
    os._exit(0)


class Kept:
    """The kept body as the stream that the server's multipart reader wants."""

    def __init__(self, body):
        self.body, self.place = body, 0

    async def readline(self, **_):
        end = self.body.find(b"\n", self.place)
        end = len(self.body) if end < 0 else end + 1
        line, self.place = self.body[self.place:end], end
        return line

    async def read(self, size=-1, **_):
        end = len(self.body) if size < 0 else self.place + size
        part, self.place = self.body[self.place:end], min(end, len(self.body))
        return part

    def at_eof(self):
        return self.place >= len(self.body)

    def unread_data(self, data):
        self.place -= len(data)


async def multipart(request, body):
    """Name and content of each part, by the server's own reader."""
    parts = []
    async for part in MultipartReader(request.headers, Kept(body)):
        parts.append((part.filename or part.name, bytes(await part.read(decode=False))))
    return parts


asyncio.run(main())
