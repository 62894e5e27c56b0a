"""Stochastic runs by libroadrunner's direct method. Usage: ssa_roadrunner.py FILE END RUNS SPECIES.
Prints CPU seconds of the runs (reading and compiling left out) and the mean of the species at the end."""

import sys
import time

import roadrunner

path, end, runs, species = sys.argv[1], float(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
model = roadrunner.RoadRunner(path)
model.setIntegrator("gillespie")
model.integrator.variable_step_size = False
model.integrator.seed = 1
model.timeCourseSelections = ["time", species]
total = 0.0
start = time.process_time()
for _ in range(runs):
    model.reset()
    total += model.simulate(0, end, 11)[-1][1]
print(time.process_time() - start)
print(total / runs)
