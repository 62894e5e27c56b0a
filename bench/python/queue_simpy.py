"""An M/M/c queue in SimPy. Usage: queue_simpy.py RATE MEAN SERVERS END. Prints CPU seconds, customers served, mean wait."""

import random
import sys
import time

import simpy

rate, mean, servers, end = float(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4])
source = random.Random(1)
waits = [0, 0.0]


def customer(env, desk):
    came = env.now
    with desk.request() as request:
        yield request
        waits[0] += 1
        waits[1] += env.now - came
        yield env.timeout(source.expovariate(1 / mean))


def arrivals(env, desk):
    while True:
        yield env.timeout(source.expovariate(rate))
        env.process(customer(env, desk))


env = simpy.Environment()
env.process(arrivals(env, simpy.Resource(env, servers)))
start = time.process_time()
env.run(until=end)
print(time.process_time() - start)
print(waits[0])
print(waits[1] / waits[0])
