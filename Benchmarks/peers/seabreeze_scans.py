"""python-seabreeze taking spectra at 1 ms; prints "scan MICROSECONDS COUNT".

Usage: seabreeze_scans.py COUNT
"""

import sys
import time

import seabreeze

seabreeze.use("cseabreeze")
from seabreeze.spectrometers import Spectrometer  # noqa: E402

count = int(sys.argv[1])
spectrometer = Spectrometer.from_first_available()
spectrometer.integration_time_micros(1000)
for _ in range(count // 10):
    spectrometer.intensities()
began = time.monotonic()
for _ in range(count):
    spectrometer.intensities()
print("scan", (time.monotonic() - began) * 1e6 / count, count)
spectrometer.close()
