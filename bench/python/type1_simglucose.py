"""The workload in simglucose's own T1DPatient, for part of it.

Usage: type1_simglucose.py WORKLOAD.json PATIENTS MINUTES. Prints CPU seconds, then each patient's last interstitial glucose.
"""

import json
import sys
import time

import pandas as pd
from simglucose.patient.t1dpatient import Action, T1DPatient


def main(path, patients, minutes):
    with open(path) as file:
        work = json.load(file)
    ends = []
    spent = 0.0
    for number, p in enumerate(work["patients"][:patients]):
        columns = {"Name": f"drawn {number}", "i": number}
        columns |= {f"x0_{i + 1:2d}": value for i, value in enumerate(p["x0"])}
        columns |= {name: value for name, value in p.items() if name != "x0"}
        patient = T1DPatient(pd.Series(columns))
        start = time.process_time()
        for minute in range(minutes):
            grams = sum(g for at, g in work["meals"] if at == minute)
            patient.step(Action(CHO=grams, insulin=p["basal"] + grams * p["perGram"]))
        spent += time.process_time() - start
        ends.append(patient.observation.Gsub)
    print(spent)
    for end in ends:
        print(repr(float(end)))


main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
