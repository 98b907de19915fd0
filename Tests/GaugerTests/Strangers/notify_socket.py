"""Is a service manager: hears READY, WATCHDOG and STOPPING by sd_notify(3), over a path and a
name of the kernel. Usage: notify_socket.py GAUGER HOME"""
import os
import signal
import socket
import subprocess
import sys

gauger, home = sys.argv[1:]
for name in ("\0gauger-test-%d" % os.getpid(), home + "/notify"):
    hear = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    hear.bind(name)
    hear.settimeout(30)
    environment = dict(os.environ, NOTIFY_SOCKET=name.replace("\0", "@"), WATCHDOG_USEC="600000")
    environment.pop("WATCHDOG_PID", None)
    service = subprocess.Popen(
        [gauger, "serve", "--home", home + "/home"], env=environment, stderr=subprocess.DEVNULL)
    heard = []
    while not any(word.startswith("WATCHDOG=1") for word in heard):
        heard.append(hear.recv(4096).decode())
    assert any("READY=1\nSTATUS=keeps " in word for word in heard), heard
    service.send_signal(signal.SIGTERM)
    while not heard[-1].startswith("STOPPING=1"):
        heard.append(hear.recv(4096).decode())
    assert service.wait(30) == 0
    hear.close()
