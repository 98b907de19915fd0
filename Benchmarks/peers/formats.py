"""Other writers and readers of standard files, on the scans of a folder.

Usage: formats.py FOLDER [make]: with `make` writes the scans (`mz.f64`, `intensity.f64`,
little-endian numbers, and `points.txt`, how many a scan); without, writes and reads them with each
peer and prints one line a figure: name, value, rounds. `formats.py FOLDER read FILE` only reads.
"""

import pathlib
import sys
import time
import warnings
import zlib

import numpy as np

warnings.simplefilter("ignore")
FOLDER = pathlib.Path(sys.argv[1])
SCANS, POINTS, ROUNDS = 5000, 1000, 2


def make():
    """A quadrupole's steps with a jitter of 0.01; peaks with the noise of counted ions."""
    random = np.random.default_rng(11)
    base = np.linspace(50, 550, POINTS)
    shape = np.zeros(POINTS)
    for centre, height in zip(random.uniform(60, 540, 40), random.uniform(200, 20000, 40)):
        shape += height * np.exp(-0.5 * ((base - centre) / 0.35) ** 2)
    mz = np.sort(base + random.normal(0, 0.01, (SCANS, POINTS)), axis=1)
    gain = 0.2 + np.abs(np.sin(np.arange(SCANS) / 97))
    counts = random.poisson(3 + gain[:, None] * shape)
    mz.astype("<f8").tofile(FOLDER / "mz.f64")
    counts.astype("<f8").tofile(FOLDER / "intensity.f64")
    (FOLDER / "points.txt").write_text(f"{POINTS}\n" * SCANS)


def arrays():
    points = [int(line) for line in (FOLDER / "points.txt").read_text().split()]
    ends = np.cumsum(points)[:-1]
    mz = np.split(np.fromfile(FOLDER / "mz.f64", "<f8"), ends)
    counts = np.split(np.fromfile(FOLDER / "intensity.f64", "<f8").astype("<f4"), ends)
    return [np.ascontiguousarray(x) for x in mz], [np.ascontiguousarray(y) for y in counts]


def bare_zlib(mz, counts, path, level):
    with open(path, "wb") as file:
        for pair in zip(mz, counts):
            for array in pair:
                file.write(zlib.compress(array.tobytes(), level))


def copy(mz, counts, path):
    with open(path, "wb") as file:
        for x, y in zip(mz, counts):
            file.write(x.tobytes())
            file.write(y.tobytes())


def psims(mz, counts, path):
    from psims.mzml import MzMLWriter

    with MzMLWriter(open(path, "wb"), close=True) as out:
        out.controlled_vocabularies()
        out.file_description(["MS1 spectrum"])
        out.software_list([{"id": "peer", "version": "1",
                            "params": ["custom unreleased software tool"]}])
        out.instrument_configuration_list([out.InstrumentConfiguration(
            id="IC", component_list=[out.Source(1, ["electron ionization"]),
                                     out.Analyzer(2, ["quadrupole"]),
                                     out.Detector(3, ["electron multiplier"])])])
        out.data_processing_list([out.DataProcessing(
            [out.ProcessingMethod(order=0, software_reference="peer",
                                  params=["Conversion to mzML"])], id="DP")])
        with out.run(id="run", instrument_configuration="IC"):
            with out.spectrum_list(count=len(mz)):
                for i, (x, y) in enumerate(zip(mz, counts)):
                    out.write_spectrum(
                        x, y, id=f"scan={i + 1}", centroided=False, scan_start_time=i * 0.005,
                        compression="zlib", params=["MS1 spectrum", {"ms level": 1}],
                        encoding={"m/z array": np.float64, "intensity array": np.float32})


def pyopenms(mz, counts, path):
    """Only the writing of the file; the run is in memory before. Returns its seconds."""
    import pyopenms as oms

    run = oms.MSExperiment()
    for i, (x, y) in enumerate(zip(mz, counts)):
        spectrum = oms.MSSpectrum()
        spectrum.setRT(i * 0.3)
        spectrum.setMSLevel(1)
        spectrum.setNativeID(f"scan={i + 1}")
        spectrum.set_peaks((x, y))
        run.addSpectrum(spectrum)
    file = oms.MzMLFile()
    options = oms.PeakFileOptions()
    options.setCompression(True)
    options.setMz32Bit(False)
    options.setIntensity32Bit(True)
    options.setWriteIndex(True)
    file.setOptions(options)
    began = time.perf_counter()
    file.store(path, run)
    return time.perf_counter() - began


def netcdf4(mz, counts, path):
    import netCDF4

    data = netCDF4.Dataset(path, "w", format="NETCDF3_CLASSIC")
    points = np.array([len(x) for x in mz])
    data.createDimension("point_number", int(points.sum()))
    data.createDimension("scan_number", len(mz))
    data.createVariable("scan_index", "i4", ("scan_number",))[:] = np.cumsum(points) - points
    data.createVariable("point_count", "i4", ("scan_number",))[:] = points
    data.createVariable("scan_acquisition_time", "f8", ("scan_number",))[:] = (
        np.arange(len(mz)) * 0.3)
    data.createVariable("mass_values", "f8", ("point_number",))[:] = np.concatenate(mz)
    data.createVariable("intensity_values", "f4", ("point_number",))[:] = np.concatenate(counts)
    data.close()


def pymzml(path):
    import pymzml as reader

    points = 0
    for spectrum in reader.run.Reader(path):
        points += len(spectrum.mz) + 0 * len(spectrum.i)
    return points


def pyteomics(path):
    from pyteomics import mzml

    with mzml.MzML(path, use_index=False) as file:
        return sum(len(spectrum["m/z array"]) for spectrum in file)


def show(name, body, rounds=ROUNDS):
    best = float("inf")
    for _ in range(rounds):
        began = time.perf_counter()
        inner = body()
        took = time.perf_counter() - began
        best = min(best, inner if isinstance(inner, float) else took)
    print(name, best * 1000, rounds, flush=True)


def main():
    if sys.argv[2:] == ["make"]:
        return make()
    if sys.argv[2:3] == ["read"]:
        path = sys.argv[3]
        show("pymzml-read-ms", lambda: pymzml(path))
        show("pyteomics-read-ms", lambda: pyteomics(path))
        return print("pymzml-read-points", pymzml(path), 1)
    mz, counts = arrays()
    path = str(FOLDER / "peer.out")
    show("copy-ms", lambda: copy(mz, counts, path))
    for level in (1, 6):
        show(f"zlib-{level}-ms", lambda: bare_zlib(mz, counts, path, level))
    show("psims-ms", lambda: psims(mz, counts, path), 1)
    show("pyopenms-ms", lambda: pyopenms(mz, counts, path))
    show("netcdf4-ms", lambda: netcdf4(mz, counts, path))


main()
