"""Runs a command in a terminal of its own and closes the terminal when it has shown a word.

Usage: close_terminal.py WORD COMMAND...; ends with the command's exit status.
"""
import os
import pty
import sys

word = sys.argv[1].encode()
child, terminal = pty.fork()
if child == 0:
    os.execvp(sys.argv[2], sys.argv[2:])
seen = b""
while word not in seen:
    seen = seen[-1000:] + os.read(terminal, 4096)
os.close(terminal)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
