"""SciPy and libroadrunner on the stiff problems of packages/numerics/ode/stiff-problems.data.ts.

Reads JSON {name: {"definitions", "rates", "end", "initial", "reference", "floor", "targets"}} from standard input: definitions
and rates as text in states y1, y2, …; floor is the absolute over the relative tolerance of each state. Writes JSON {peer: {name: [seconds or null per target]}}: processor seconds of the fastest run whose
largest relative error at the end is within the target.
"""

import json
import sys
import time

import numpy as np
from scipy.integrate import solve_ivp

# Half decades, as the others get.
TOLERANCES = [10.0 ** (-k / 2) for k in range(6, 25)]


def scipy_runs(problem, method):
    states = ", ".join(f"y{i + 1}" for i in range(len(problem["rates"])))
    lines = ["def rates(t, y):", f"    {states} = y.tolist()"]
    lines += [f"    {name} = {value}" for name, value in problem["definitions"].items()]
    lines += [f"    return ({', '.join(problem['rates'])})"]
    scope = {}
    exec("\n".join(lines), scope)
    rates = scope["rates"]
    floor = np.array(problem["floor"])
    for rtol in TOLERANCES:
        begun = time.process_time()
        found = solve_ivp(rates, (0, problem["end"]), problem["initial"], method=method, rtol=rtol, atol=rtol * floor)
        yield time.process_time() - begun, found.y[:, -1]


def roadrunner_runs(problem):
    import antimony
    import roadrunner

    states = range(1, len(problem["rates"]) + 1)
    lines = [f"y{i} = {value!r}" for i, value in zip(states, problem["initial"])]
    lines += [f"{name} := {value}" for name, value in problem["definitions"].items()]
    lines += [f"y{i}' = {rate}" for i, rate in zip(states, problem["rates"])]
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
    least = [None] * len(problem["targets"])
    for seconds, end in runs:
        error = float(np.max(np.abs(end - reference) / np.abs(reference)))
        for i, target in enumerate(problem["targets"]):
            if error <= target:
                least[i] = seconds if least[i] is None else min(seconds, least[i])
        if error <= min(problem["targets"]):
            break
    return least


def main():
    problems = json.load(sys.stdin)
    out = {}
    for method in ("LSODA", "BDF"):
        out[f"SciPy solve_ivp {method}"] = {
            name: fastest(scipy_runs(problem, method), problem) for name, problem in problems.items()
        }
    try:
        out["libroadrunner"] = {name: fastest(roadrunner_runs(problem), problem) for name, problem in problems.items()}
    except ImportError as error:
        print(f"libroadrunner: {error}", file=sys.stderr)
    json.dump(out, sys.stdout)


main()
