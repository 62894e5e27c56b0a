"""The type 1 model under scipy.integrate.solve_ivp (RK45, one call a minute as inputs change), for part of the workload.

Usage: type1_scipy.py WORKLOAD.json PATIENTS MINUTES. Prints CPU seconds, then each patient's last interstitial glucose.
"""

import json
import sys
import time

import numpy as np
from scipy.integrate import solve_ivp


def rhs(_t, y, p, food, infusion, dose):
    kgut = p["kmax"]
    if dose > 0:
        a = 5 / (2 * dose * (1 - p["b"]))
        c = 5 / (2 * dose * p["d"])
        q = y[0] + y[1]
        bend = np.tanh(a * (q - p["b"] * dose)) - np.tanh(c * (q - p["d"] * dose)) + 2
        kgut = p["kmin"] + (p["kmax"] - p["kmin"]) / 2 * bend
    production = max(0.0, p["kp1"] - p["kp2"] * y[3] - p["kp3"] * y[8])
    utilization = (p["Vm0"] + p["Vmx"] * y[6]) * y[4] / (p["Km0"] + y[4])
    excretion = max(0.0, p["ke1"] * (y[3] - p["ke2"]))
    exchange = p["k1"] * y[3] - p["k2"] * y[4]
    insulin = y[5] / p["Vi"]
    return [
        food - p["kmax"] * y[0],
        p["kmax"] * y[0] - kgut * y[1],
        kgut * y[1] - p["kabs"] * y[2],
        production + p["f"] * p["kabs"] * y[2] / p["BW"] - p["Fsnc"] - excretion - exchange,
        exchange - utilization,
        p["m1"] * y[9] - (p["m2"] + p["m4"]) * y[5] + p["ka1"] * y[10] + p["ka2"] * y[11],
        p["p2u"] * (insulin - p["Ib"] - y[6]),
        p["ki"] * (insulin - y[7]),
        p["ki"] * (y[7] - y[8]),
        p["m2"] * y[5] - (p["m1"] + p["m30"]) * y[9],
        infusion - (p["ka1"] + p["kd"]) * y[10],
        p["kd"] * y[10] - p["ka2"] * y[11],
        p["ksc"] * (y[3] - y[12]),
    ]


def pieces(meals, minutes):
    """Stretches of constant input: (from, to, g/min, g covered by a bolus in the first minute)."""
    edges = {0, minutes}
    for at, grams in meals:
        edges |= {at, at + 1, at + grams // 5}
    edges = sorted(e for e in edges if e <= minutes)
    for start, end in zip(edges, edges[1:]):
        food = any(at <= start < at + grams // 5 for at, grams in meals)
        covered = sum(grams for at, grams in meals if at == start)
        # D grows every minute while eating, so that eating takes one piece a minute.
        for s in range(start, end) if food else [start]:
            yield s, s + 1 if food else end, 5.0 if food else 0.0, covered


def main(path, patients, minutes):
    with open(path) as file:
        work = json.load(file)
    ends = []
    start = time.process_time()
    for p in work["patients"][:patients]:
        y = np.array(p["x0"])
        dose, eating = 0.0, False
        for begin, end, food, covered in pieces(work["meals"], minutes):
            if food > 0:
                if not eating:
                    dose = y[0] + y[1]
                dose += 1000 * food
            eating = food > 0
            infusion = (p["basal"] + covered * p["perGram"]) * 6000 / p["BW"]
            args = (p, 1000 * food, infusion, dose)
            y = solve_ivp(rhs, (begin, end), y, args=args, rtol=1e-6, atol=1e-6).y[:, -1]
        ends.append(y[12] / p["Vg"])
    print(time.process_time() - start)
    for end in ends:
        print(repr(float(end)))


main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
