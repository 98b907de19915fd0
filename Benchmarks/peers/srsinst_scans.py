"""The maker's srsinst.rga taking analog scans; prints "scan MICROSECONDS COUNT".

Usage: srsinst_scans.py PORT COUNT NOISE-FLOOR
"""

import sys
import time

from srsinst.rga import RGA100

port, count, floor = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
analyser = RGA100("serial", port, 28800)
analyser.scan.set_parameters(1, 200, floor, 10)
began = time.monotonic()
for _ in range(count):
    points = len(analyser.scan.get_analog_scan())
    if points != 1991:
        sys.exit(f"srsinst_scans: {points} points")
print("scan", (time.monotonic() - began) * 1e6 / count, count)
analyser.disconnect()
