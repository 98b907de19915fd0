"""A LIMS that offers one worklist over HTTP, on a web server from PyPI.

usage: worklist_server.py FILE

Prints its port. GET /list.csv gives the bytes of FILE to lims:secret and 401 to others; /half gives
half of what it promises, /slow nothing at all, /moved a redirection, /empty 204, /page a page that is
no worklist.
"""
import asyncio
import base64
import sys

from aiohttp import web

path = sys.argv[1]
wanted = "Basic " + base64.b64encode(b"lims:secret").decode()


async def give(request):
    if request.headers.get("Authorization") != wanted:
        return web.Response(status=401, text="who are you?")
    with open(path, "rb") as file:
        return web.Response(body=file.read(), content_type="text/csv")


async def half(request):
    response = web.StreamResponse(headers={"Content-Length": "1000"})
    await response.prepare(request)
    await response.write(b"sample\nA\nB\n")
    request.transport.abort()
    return response


async def slow(request):
    await asyncio.sleep(3600)


async def moved(request):
    raise web.HTTPFound("/list.csv")


async def empty(request):
    return web.Response(status=204)


async def page(request):
    return web.Response(text="<html>Log in, please</html>", content_type="text/html")


async def main():
    app = web.Application()
    for name, handler in [
        ("/list.csv", give), ("/half", half), ("/slow", slow), ("/moved", moved), ("/empty", empty),
        ("/page", page),
    ]:
        app.router.add_get(name, handler)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    print(site._server.sockets[0].getsockname()[1], flush=True)
    # Ends with whoever holds the other end.
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


asyncio.run(main())
