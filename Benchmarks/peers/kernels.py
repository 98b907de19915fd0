"""The numeric kernels of scipy, pybaselines and pyOpenMS on the signals of a folder.

Usage: kernels.py FOLDER [make]: with `make` writes the signals (`signal-N.f64`, little-endian
numbers); without, prints one line a kernel and size: name, milliseconds a call (median), calls.
"""

import pathlib
import statistics
import sys
import time
import warnings

import numpy as np

warnings.simplefilter("ignore")
FOLDER = pathlib.Path(sys.argv[1])


def make(n, seed=5):
    """Peaks on a drift with noise of 1."""
    random = np.random.default_rng(seed)
    x = np.arange(n, dtype=float)
    count = max(8, n // 250)
    y = np.zeros(n)
    for centre, width, height in zip(random.uniform(0, n, count), random.uniform(2, 7, count),
                                     random.lognormal(4, 1, count)):
        a, b = int(max(0, centre - 8 * width)), int(min(n, centre + 8 * width + 1))
        y[a:b] += height * np.exp(-.5 * ((x[a:b] - centre) / width) ** 2)
    drift = 40 + 25 * np.sin(x / n * 5) + 30 * np.exp(-x / n * 3)
    (y + drift + random.normal(0, 1, n)).astype("<f8").tofile(FOLDER / f"signal-{n}.f64")


def show(name, n, call):
    call()
    times, end = [], time.perf_counter() + 0.3
    while len(times) < 3 or (len(times) < 200 and time.perf_counter() < end):
        begun = time.perf_counter()
        call()
        times.append(time.perf_counter() - begun)
    print(f"{name}-{n} {statistics.median(times) * 1e3} {len(times)}", flush=True)


def measure(n, y):
    from pybaselines import Baseline
    from scipy.signal import find_peaks, savgol_filter

    show("savgol", n, lambda: savgol_filter(y, 11, 3))
    show("find_peaks", n, lambda: find_peaks(y, prominence=6, width=1))
    print(f"find_peaks-count-{n} {len(find_peaks(y, prominence=6, width=1)[0])} 1")
    baseline = Baseline(np.arange(n, dtype=float))
    for name, call in (("asls", lambda: baseline.asls(y, lam=1e6, p=.01)),
                       ("airpls", lambda: baseline.airpls(y, lam=1e6)),
                       ("arpls", lambda: baseline.arpls(y, lam=1e6))):
        show(name, n, call)
        print(f"{name}-passes-{n} {len(call()[1]['tol_history'])} 1")
    show("snip", n, lambda: baseline.snip(y, max_half_window=40, decreasing=True))
    try:
        import pyopenms
    except ImportError:
        return
    spectrum = pyopenms.MSSpectrum()
    spectrum.set_peaks((100 + np.arange(n) * .005, np.maximum(y - 35, 0).astype("f4")))
    for name, ratio in (("centroid", 0.0), ("centroid-noise", 1.0)):
        picker = pyopenms.PeakPickerHiRes()
        settings = pyopenms.Param(picker.getDefaults())
        settings.setValue("signal_to_noise", ratio)
        picker.setParameters(settings)
        picked = pyopenms.MSSpectrum()

        def pick():
            picked.clear(True)
            picker.pick(spectrum, picked)

        show(name, n, pick)
        print(f"{name}-count-{n} {picked.size()} 1")


if sys.argv[2:] == ["make"]:
    for size in (2048, 36_000, 1_000_000):
        make(size)
else:
    for path in sorted(FOLDER.glob("signal-*.f64"), key=lambda p: p.stat().st_size):
        signal = np.fromfile(path, "<f8")
        measure(len(signal), signal)
