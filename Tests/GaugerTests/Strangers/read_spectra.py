"""Reads all spectrometers with python-seabreeze, unmodified, and prints what it got as JSON.

usage: read_spectra.py BACKEND INTEGRATION_US DISCARD COUNT
"""
import json
import sys

import seabreeze

backend, integration, discard, count = sys.argv[1], *map(int, sys.argv[2:5])
seabreeze.use(backend)
from seabreeze.spectrometers import Spectrometer, list_devices  # noqa: E402

found = []
for device in list_devices():
    spectrometer = Spectrometer(device)
    try:
        spectrometer.integration_time_micros(integration)
        for _ in range(discard):
            spectrometer.intensities()
        found.append({
            "model": spectrometer.model,
            "serial": spectrometer.serial_number,
            "pixels": spectrometer.pixels,
            "wavelengths": [float(x) for x in spectrometer.wavelengths()],
            "spectra": [[float(x) for x in spectrometer.intensities()] for _ in range(count)],
        })
    finally:
        spectrometer.close()
json.dump(found, sys.stdout)
