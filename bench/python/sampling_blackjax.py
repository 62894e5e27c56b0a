"""NUTS by BlackJAX. Usage: sampling_blackjax.py POSTERIOR TASK.json DRAWS.bin. Writes the draws, chains x draws x
parameters, as doubles; prints JSON: CPU seconds to compile, and of warm-up and draws, on one core; gradients, divergences. With
`gradientsOnly` in the task no draws: the gradient alone is timed."""

import os
import sys

os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
os.environ["JAX_PLATFORMS"] = "cpu"
os.environ["JAX_ENABLE_X64"] = "1"

import json
import time

import blackjax
import jax
import jax.numpy as jnp
import numpy as np
from sampling_densities import DENSITIES

posterior, task_file, out = sys.argv[1:]
with open(task_file) as file:
    task = json.load(file)
warm_up, draws, chains = task["warmUp"], task["draws"], task["chains"]
logdensity, dimension, constrain = DENSITIES[posterior](task["data"])

if task["gradientsOnly"]:
    before = time.process_time()
    gradient = jax.jit(jax.value_and_grad(logdensity)).lower(jnp.zeros(dimension)).compile()
    spent = time.process_time() - before
    jax.block_until_ready(gradient(jnp.zeros(dimension)))
    before = time.process_time()
    for i in range(200):
        jax.block_until_ready(gradient(jnp.full(dimension, 0.001 * i)))
    seconds = time.process_time() - before
    at = gradient(jnp.array(task["at"]))[1].tolist()
    print(json.dumps({"compile": spent, "seconds": seconds, "gradients": 200, "divergences": 0, "at": at}))
    sys.exit()

adapt = blackjax.window_adaptation(
    blackjax.nuts, logdensity, target_acceptance_rate=0.8, max_num_doublings=10
)


def run(key, start):
    first, second = jax.random.split(key)
    (state, parameters), info = adapt.run(first, start, num_steps=warm_up)
    kernel = blackjax.nuts(logdensity, **parameters)

    def one(state, key):
        state, info = kernel.step(key, state)
        return state, (state.position, info.num_integration_steps, info.is_divergent)

    _, (positions, steps, divergent) = jax.lax.scan(one, state, jax.random.split(second, draws))
    return jax.vmap(constrain)(positions), info.info.num_integration_steps.sum() + steps.sum(), divergent.sum()


def start(key):
    if task.get("start"):
        return jnp.array(task["start"])
    return jax.random.uniform(key, (dimension,), minval=-2.0, maxval=2.0)


keys = [jax.random.key(100 + c) for c in range(chains)]
starts = [start(jax.random.key(c)) for c in range(chains)]
before = time.process_time()
compiled = jax.jit(run).lower(keys[0], starts[0]).compile()
spent = time.process_time() - before

seconds, gradients, divergences, kept = 0.0, 0, 0, []
for key, position in zip(keys, starts):
    before = time.process_time()
    values, steps, divergent = jax.block_until_ready(compiled(key, position))
    seconds += time.process_time() - before
    kept.append(np.asarray(values))
    gradients += int(steps)
    divergences += int(divergent)
np.stack(kept).tofile(out)
print(json.dumps({"compile": spent, "seconds": seconds, "gradients": gradients, "divergences": divergences}))
