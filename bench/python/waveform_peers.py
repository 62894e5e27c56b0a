"""Reads record 100 and detects its beats with wfdb and NeuroKit2; builds minima and maxima of a day with NumPy. Prints JSON."""

import json
import sys
import time
import warnings

import numpy as np

warnings.filterwarnings("ignore")
import neurokit2  # noqa: E402
import wfdb  # noqa: E402
import wfdb.processing  # noqa: E402

record_path, repeats = sys.argv[1], int(sys.argv[2])


def timed(work, times=repeats):
    best, result = None, None
    for _ in range(times):
        start = time.process_time()
        result = work()
        seconds = time.process_time() - start
        best = seconds if best is None else min(best, seconds)
    return best, result


read_seconds, record = timed(lambda: wfdb.rdrecord(record_path))
signal, rate = record.p_signal[:, 0], record.fs
reference = wfdb.rdann(record_path, "atr")
beats = np.array([s for s, symbol in zip(reference.sample, reference.symbol) if symbol in set("NLRaVFJASEj/QB?!enfr")])


def judged(found):
    compared = wfdb.processing.compare_annotations(beats, np.asarray(found), int(0.15 * rate))
    return {"sensitivity": compared.sensitivity, "predictivity": compared.positive_predictivity}


def neurokit(method):
    clean = neurokit2.ecg_clean(signal, sampling_rate=rate, method=method)
    return neurokit2.ecg_peaks(clean, sampling_rate=rate, method=method)[1]["ECG_R_Peaks"]


detectors = {
    "wfdb XQRS": (lambda: wfdb.processing.xqrs_detect(signal, rate, verbose=False), 1),
    "wfdb GQRS": (lambda: wfdb.processing.gqrs_detect(sig=signal, fs=rate), 1),
    "NeuroKit2, its own method": (lambda: neurokit("neurokit"), repeats),
    "NeuroKit2, Hamilton 2002": (lambda: neurokit("hamilton2002"), 1),
    "NeuroKit2, Pan-Tompkins 1985": (lambda: neurokit("pantompkins1985"), repeats),
}
out = {"read": read_seconds, "detect": {}}
for name, (work, times) in detectors.items():
    try:
        seconds, found = timed(work, times)
        out["detect"][name] = {"seconds": seconds, **judged(found)}
    except Exception as error:  # noqa: BLE001
        out["detect"][name] = {"error": f"{type(error).__name__}: {error}"}

count = 24 * 3600 * 125
day = (900 * np.sin(np.arange(count) / 20)).astype(np.int32)


def pyramid():
    levels = [(day[: count // 64 * 64].reshape(-1, 64).min(1), day[: count // 64 * 64].reshape(-1, 64).max(1))]
    while len(levels[-1][0]) > 4:
        low, high = levels[-1]
        n = len(low) // 4 * 4
        levels.append((low[:n].reshape(-1, 4).min(1), high[:n].reshape(-1, 4).max(1)))
    return levels


out["pyramid"] = timed(pyramid)[0]
out["direct"] = timed(lambda: (day.reshape(1000, -1).min(1), day.reshape(1000, -1).max(1)))[0]
out["versions"] = f"wfdb {wfdb.__version__}, NeuroKit2 {neurokit2.__version__}, NumPy {np.__version__}"
print(json.dumps(out))
