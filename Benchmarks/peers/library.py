"""The search of mass spectra by numpy, scipy and matchms in the library of a folder.

Usage: library.py FOLDER [MATCHMS-SPECTRA]: reads `library.bin` (32-bit little-endian whole numbers:
spectra, then for each its peaks and these, mass and intensity by turns) and prints one line a way:
name, milliseconds a query (median), queries. matchms is timed for the first spectra alone, as it
takes seconds; its figure is for these.
"""

import logging
import pathlib
import statistics
import sys
import time
import warnings

import numpy as np
import scipy.sparse as sparse

warnings.simplefilter("ignore")
logging.disable(logging.CRITICAL)


def read(path):
    """Masses and intensities of each spectrum."""
    numbers = np.fromfile(path, "<u4")
    spectra, place = [], 1
    for _ in range(numbers[0]):
        count = int(numbers[place])
        pairs = numbers[place + 1:place + 1 + 2 * count].reshape(-1, 2)
        spectra.append((pairs[:, 0], pairs[:, 1]))
        place += 1 + 2 * count
    return spectra


def show(name, call, trials=15):
    call()
    times = []
    for _ in range(trials):
        begun = time.perf_counter()
        call()
        times.append(time.perf_counter() - begun)
    print(f"{name}-ms {statistics.median(times) * 1e3} {trials}", flush=True)


def main():
    spectra = read(pathlib.Path(sys.argv[1]) / "library.bin")
    count, wanted = len(spectra), len(spectra) // 3
    starts = np.cumsum([0] + [len(masses) for masses, _ in spectra])
    masses = np.concatenate([masses for masses, _ in spectra]).astype(np.int32)
    weights = np.sqrt(np.concatenate([i for _, i in spectra]).astype(np.float32)) * masses
    matrix = sparse.csr_matrix((weights.astype(np.float32), masses, starts), shape=(count, 600))
    norms = np.sqrt(matrix.multiply(matrix).sum(1)).A1
    matrix = sparse.diags(1 / norms).dot(matrix).tocsr().astype(np.float32)
    dense = matrix.toarray()
    query = dense[wanted].copy()
    show("numpy-dense", lambda: np.argpartition(dense @ query, -10))
    show("scipy-csr", lambda: np.argpartition(matrix @ query, -10))
    del dense

    from matchms import Spectrum
    from matchms.similarity import CosineGreedy

    few = min(count, int(sys.argv[2]) if len(sys.argv) > 2 else 5000)
    library = [Spectrum(mz=m.astype(float), intensities=i.astype(float) / 999, metadata={})
               for m, i in spectra[:few]]
    cosine = CosineGreedy(tolerance=0.3, mz_power=1.0, intensity_power=0.5)
    show("matchms", lambda: max(float(cosine.pair(library[few // 3], other)["score"])
                                for other in library), 3)
    print(f"matchms-spectra {few} 1")


main()
