"""SciPy and libroadrunner on the stiff problems of packages/numerics/ode/stiff-problems.data.ts.

Reads JSON {name: {"end", "initial", "reference", "floor", "targets"}} from standard input; floor is the absolute over the
relative tolerance of each state. Writes JSON {peer: {name: {target: seconds}}}: processor seconds of the fastest run whose
largest relative error at the end is within the target.
"""

import json
import sys
import time

import numpy as np
from scipy.integrate import solve_ivp

RATES = {
    "ROBER": ["0.04*-y1 + 1e4*y2*y3", "0.04*y1 - 1e4*y2*y3 - 3e7*y2*y2", "3e7*y2*y2"],
    "HIRES": [
        "-1.71*y1 + 0.43*y2 + 8.32*y3 + 0.0007",
        "1.71*y1 - 8.75*y2",
        "-10.03*y3 + 0.43*y4 + 0.035*y5",
        "8.32*y2 + 1.71*y3 - 1.12*y4",
        "-1.745*y5 + 0.43*y6 + 0.43*y7",
        "-280*y6*y8 + 0.69*y4 + 1.71*y5 - 0.43*y6 + 0.69*y7",
        "280*y6*y8 - 1.81*y7",
        "1.81*y7 - 280*y6*y8",
    ],
    "OREGO": [
        "77.27*(y2 + y1*(1 - 8.375e-6*y1 - y2))",
        "(y3 - (1 + y1)*y2)/77.27",
        "0.161*(y1 - y3)",
    ],
    "VDPOL": ["y2", "((1 - y1*y1)*y2 - y1)*1e6"],
}
TOLERANCES = [10.0**-k for k in range(3, 12)]


def scipy_runs(name, problem, method):
    text = ", ".join(RATES[name])
    for i in range(len(RATES[name]), 0, -1):
        text = text.replace(f"y{i}", f"y[{i - 1}]")
    rates = eval(f"lambda t, y: ({text})")
    floor = np.array(problem["floor"])
    for rtol in TOLERANCES:
        begun = time.process_time()
        found = solve_ivp(rates, (0, problem["end"]), problem["initial"], method=method, rtol=rtol, atol=rtol * floor)
        yield time.process_time() - begun, found.y[:, -1]


def roadrunner_runs(name, problem):
    import antimony
    import roadrunner

    states = range(1, len(RATES[name]) + 1)
    lines = [f"y{i} = {value!r}" for i, value in zip(states, problem["initial"])]
    lines += [f"y{i}' = {rate}" for i, rate in zip(states, RATES[name])]
    antimony.clearPreviousLoads()
    antimony.loadAntimonyString("model m\n" + "\n".join(lines) + "\nend")
    runner = roadrunner.RoadRunner(antimony.getSBMLString("m"))
    runner.timeCourseSelections = [f"y{i}" for i in states]
    integrator = runner.integrator
    integrator.stiff = True
    integrator.maximum_num_steps = 1000000
    for rtol in TOLERANCES:
        integrator.relative_tolerance = rtol
        # One for all states here: the least that the others get.
        integrator.absolute_tolerance = rtol * min(problem["floor"])
        best = float("inf")
        for _ in range(5):
            runner.reset()
            begun = time.process_time()
            found = runner.simulate(0, problem["end"], 2)
            best = min(best, time.process_time() - begun)
        yield best, np.array(found)[-1]


def fastest(runs, problem):
    reference = np.array(problem["reference"])
    least = {}
    for seconds, end in runs:
        error = float(np.max(np.abs(end - reference) / np.abs(reference)))
        for target in problem["targets"]:
            if error <= target:
                least[str(target)] = min(seconds, least.get(str(target), float("inf")))
        if error <= min(problem["targets"]):
            break
    return least


def main():
    problems = {name: problem for name, problem in json.load(sys.stdin).items() if name in RATES}
    out = {}
    for method in ("LSODA", "BDF"):
        out[f"SciPy solve_ivp {method}"] = {
            name: fastest(scipy_runs(name, problem, method), problem) for name, problem in problems.items()
        }
    try:
        out["libroadrunner"] = {
            name: fastest(roadrunner_runs(name, problem), problem) for name, problem in problems.items()
        }
    except ImportError as error:
        print(f"libroadrunner: {error}", file=sys.stderr)
    json.dump(out, sys.stdout)


main()
