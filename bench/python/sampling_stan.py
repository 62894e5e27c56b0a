"""NUTS by Stan. Usage: sampling_stan.py POSTERIOR TASK.json DRAWS.bin. Writes the draws, chains x draws x parameters, as
doubles; prints JSON: CPU seconds to compile (of an earlier run where the model was kept, null if not known), and of warm-up and draws, on one
core; gradients, divergences."""

import json
import os
import sys
from pathlib import Path

os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
posterior, task_file, out = sys.argv[1:]
root = Path(__file__).resolve().parents[2]
# Where compiled models are kept between runs.
home = root / ".cache" / "bench-stan"
home.mkdir(parents=True, exist_ok=True)
os.environ["XDG_CACHE_HOME"] = str(home)

import aiohttp
import aiohttp.client
import httpstan.cache
import httpstan.models
import httpstan.services_stub
import numpy as np
import stan

task = json.loads(Path(task_file).read_text())
given = task["data"]
if posterior == "schools":
    data = {"J": len(given["y"]), **given}
    names = ["eta", "mu", "tau"]
elif posterior == "oral":
    data = {**given, "N": len(given["y"]), "S": len(given["dose"]), "subject": [s + 1 for s in given["subject"]]}
    names = ["lka", "lCL", "lV", "zka", "zCL", "zV", "ska", "sCL", "sV", "noise"]
else:
    own = given["names"]
    fixed = {k: v for k, v in given["parameters"].items() if k not in own}
    data = {**fixed, **{k: given[k] for k in "y insulin carbs announced mean sd noise step steps".split()}}
    data["N"] = len(given["y"])
    names = ["z"]

code = (root / "bench" / "stan" / f"{posterior}.stan").read_text()
# On a busy machine a compiler may take more than the five minutes after which the request for it is given up.
aiohttp.client.DEFAULT_TIMEOUT = aiohttp.ClientTimeout(total=None)
kept_model = Path(httpstan.cache.model_directory(httpstan.models.calculate_model_name(code)))
if kept_model.exists() and not (kept_model / "stderr.log").exists():
    httpstan.cache.delete_model_directory(httpstan.models.calculate_model_name(code))
times = home / f"{posterior}.json"
devnull = os.open(os.devnull, os.O_WRONLY)
kept = os.dup(1), os.dup(2)


def quiet(on):
    for fd, other in zip((1, 2), kept):
        os.dup2(devnull if on else other, fd)


# What goes wrong is still to be seen.
sys.excepthook = lambda kind, error, trace: (quiet(False), sys.__excepthook__(kind, error, trace))
quiet(True)
before = os.times()
model = stan.build(code, data=data, random_seed=1)
after = os.times()
spent = after.children_user + after.children_system - before.children_user - before.children_system
if spent > 5:
    times.write_text(json.dumps(spent))

chains = task["chains"]
if task["gradientsOnly"]:
    # A short chain, timed, and the gradient at a point.
    chains, task["warmUp"], task["draws"] = 1, 40, 10
options = dict(num_chains=chains, num_warmup=task["warmUp"], num_samples=task["draws"], delta=0.8, max_depth=10)
if task.get("start"):
    options["init"] = [{"z": task["start"]}] * chains


def processor():
    """CPU seconds of the processes that sample."""
    total = 0
    for pid in httpstan.services_stub.executor._processes or {}:
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        total += int(fields[11]) + int(fields[12])
    return total / os.sysconf("SC_CLK_TCK")


before = processor()
fit = model.sample(save_warmup=True, **options)
seconds = processor() - before
if task["draws"] >= 500:
    # Again, from the same seed, with all but a draw left unwritten: what it costs to hand draws over is no part of sampling.
    before = processor()
    model.sample(num_thin=task["draws"], **options)
    seconds = processor() - before
told = {"at": list(model.grad_log_prob(task["at"]))} if task["gradientsOnly"] else {}
quiet(False)

total = task["warmUp"] + task["draws"]
# Columns run draw by draw with chains within.
columns = np.concatenate([np.atleast_2d(fit[name]) for name in names])
draws = columns.reshape(len(columns), total, chains)[:, task["warmUp"] :]
np.ascontiguousarray(draws.transpose(2, 1, 0)).tofile(out)
print(
    json.dumps(
        {
            "compile": json.loads(times.read_text()) if times.exists() else None,
            "seconds": seconds,
            "gradients": int(fit["n_leapfrog__"].sum()),
            **told,
            "divergences": int(fit["divergent__"].reshape(total, chains)[task["warmUp"] :].sum()),
        }
    )
)
