"""Twin experiments on Lorenz systems by DAPPER and a Kalman filter by FilterPy. Usage: assimilation_peers.py WHAT CYCLES.
Prints CPU seconds of the cycles (with DAPPER its statistics are a part of them) and the error of the analysis."""

import sys
import time

import numpy as np

what, cycles = sys.argv[1], int(sys.argv[2])


def filterpy():
    from filterpy.kalman import KalmanFilter

    n = 4
    rng = np.random.default_rng(1)
    kf = KalmanFilter(dim_x=n, dim_z=2)
    kf.F = np.array([[1, 0.1, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0.1], [0, 0, 0, 1]])
    kf.H = np.array([[1.0, 0, 0, 0], [0, 0, 1, 0]])
    kf.Q = 0.01 * np.eye(n)
    kf.R = 0.5 * np.eye(2)
    kf.P = np.eye(n)
    values = rng.standard_normal((cycles, 2, 1))
    start = time.process_time()
    for y in values:
        kf.predict()
        kf.update(y)
    return time.process_time() - start, float("nan")


def dapper():
    import contextlib
    import io

    with contextlib.redirect_stdout(io.StringIO()):
        import dapper as dpr
        import dapper.da_methods as da
        import dapper.tools.progressbar as progressbar

    progressbar.disable_progbar = True
    dpr.rc.liveplotting = False
    if what.startswith("lorenz63"):
        from dapper.mods.Lorenz63.sakov2012 import HMM
    else:
        from dapper.mods.Lorenz96.sakov2008 import HMM
    HMM.tseq.Ko = cycles - 1
    method = {
        "lorenz63-square-root": lambda: da.EnKF("Sqrt", N=10, infl=1.02, rot=True),
        "lorenz63-particle": lambda: da.PartFilt(N=800, reg=0.9, NER=0.2),
        "lorenz96-square-root": lambda: da.EnKF("Sqrt", N=24, infl=1.013, rot=True),
        "lorenz96-local": lambda: da.LETKF(N=7, rot=True, infl=1.04, loc_rad=4),
    }[what]()
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        dpr.set_seed(1)
        xx, yy = HMM.simulate()
        start = time.process_time()
        method.assimilate(HMM, xx, yy, liveplots=False)
        seconds = time.process_time() - start
        method.stats.average_in_time()
    return seconds, float(method.avrgs.err.rms.a.val)


seconds, error = filterpy() if what == "filterpy" else dapper()
print(seconds)
print(error)
