"""Most probable random effects of patients on vancomycin by SciPy: two compartments after infusions in closed form (NumPy), the objective
of the pack's Goti 2018. Reads {theta, omega, sigma, patients} on standard input; prints seconds of processor time and objectives by method."""

import json
import sys
import time

import numpy as np
import scipy
from scipy.optimize import minimize

METHODS = ["BFGS", "L-BFGS-B", "Nelder-Mead"]


def rate_constants(cl, v1, q, v2):
    k10, k12, k21 = cl / v1, q / v1, q / v2
    total = k10 + k12 + k21
    root = np.sqrt(total * total - 4 * k10 * k21)
    return (total + root) / 2, (total - root) / 2, k21


class Patient:
    def __init__(self, data, sigma):
        doses = data["doses"]
        self.amount = np.array([d["amount"] for d in doses])
        self.hours = np.array([d["hours"] for d in doses])
        times = np.array([level["time"] for level in data["levels"]])
        since = times[:, None] - np.array([d["time"] for d in doses])[None, :]
        self.given = since > 0
        self.within = np.clip(since, 0, self.hours)
        self.after = np.clip(since - self.hours, 0, None)
        self.levels = np.array([level["value"] for level in data["levels"]])
        self.typical = np.array([data["typical"][name] for name in ("CL", "VC", "VP")])
        self.q = data["typical"]["Q"]
        self.proportional, self.additive = sigma["proportional"], sigma["additive"]

    def predict(self, eta):
        cl, v1, v2 = self.typical * np.exp(eta)
        alpha, beta, k21 = rate_constants(cl, v1, self.q, v2)
        rate = self.amount / self.hours / v1
        found = 0.0
        for slope, weight in ((alpha, (alpha - k21) / (alpha - beta)), (beta, (k21 - beta) / (alpha - beta))):
            found = found + weight / slope * (1 - np.exp(-slope * self.within)) * np.exp(-slope * self.after)
        return np.sum(np.where(self.given, rate * found, 0.0), axis=1)

    def objective(self, eta, precision):
        f = self.predict(eta)
        variance = self.proportional * f * f + self.additive
        return np.sum(np.log(variance) + (self.levels - f) ** 2 / variance) + np.sum(precision * eta * eta)


def main():
    task = json.load(sys.stdin)
    precision = 1 / np.array([task["omega"][name] for name in ("CL", "VC", "VP")])
    patients = [Patient(each, task["sigma"]) for each in task["patients"]]
    out = {"versions": f"SciPy {scipy.__version__}, NumPy {np.__version__}", "methods": {}}
    for method in METHODS:
        least, objectives = np.inf, []
        for _ in range(3):
            start = time.process_time()
            found = [minimize(p.objective, np.zeros(3), args=(precision,), method=method) for p in patients]
            least = min(least, time.process_time() - start)
            objectives = [float(each.fun) for each in found]
        out["methods"][method] = {"seconds": least, "objectives": objectives}
    print(json.dumps(out))


main()
