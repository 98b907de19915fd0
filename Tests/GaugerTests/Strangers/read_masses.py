"""Reads currents by the maker's own driver, unmodified, and prints them as JSON.

Arguments: port, first mass, last mass, noise floor, steps per amu, masses with commas, repetitions.
"""
import json
import sys

from srsinst.rga import RGA100

port, first, last, noise, steps, masses, count = sys.argv[1:8]
rga = RGA100("serial", port, 28800, True)
rga.comm.set_timeout(1.0)
out = {"id": list(rga.check_id()), "analog": [], "histogram": [], "single": []}
rga.filament.turn_on()
rga.scan.set_parameters(int(first), int(last), int(noise), int(steps))
for _ in range(int(count)):
    out["analog"].append(rga.scan.get_analog_scan().tolist())
for _ in range(int(count)):
    out["histogram"].append(rga.scan.get_histogram_scan().tolist())
for _ in range(int(count)):
    asked = [int(mass) for mass in masses.split(",")]
    out["single"].append(rga.scan.get_multiple_mass_scan(asked).tolist())
out["errors"] = rga.status.get_errors()
rga.filament.turn_off()
rga.disconnect()
json.dump(out, sys.stdout)
