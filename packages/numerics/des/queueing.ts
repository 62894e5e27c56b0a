import { DenseLu } from '../linalg/dense-lu.ts';

/**
 * Closed forms of queues in equilibrium. λ is the arrival rate, μ the service rate of one server, both in one unit of time.
 * L. Kleinrock, Queueing Systems I (1975); R. B. Cooper, Introduction to Queueing Theory (1981).
 */

/** Probability that all c servers are busy where those who find them so go away; `load` = λ/μ. By Erlang's recursion. */
export function erlangB(servers: number, load: number): number {
  let blocked = 1;
  for (let c = 1; c <= servers; c++) blocked = (load * blocked) / (c + load * blocked);
  return blocked;
}

/** Probability that a customer waits where all wait in one line; 1 where the queue has no equilibrium. */
export function erlangC(servers: number, load: number): number {
  if (!(load < servers)) return 1;
  const blocked = erlangB(servers, load);
  return blocked / (1 - (load / servers) * (1 - blocked));
}

export interface QueueMeans {
  /** Probability of waiting. */
  readonly waits: number;
  /** Mean wait, and mean number waiting. */
  readonly wait: number;
  readonly waiting: number;
  /** Mean time in the system, and mean number in it. */
  readonly stay: number;
  readonly present: number;
  /** Share of the servers' time that is used. */
  readonly utilisation: number;
}

/** M/M/c. Throws a RangeError where the queue grows for ever. */
export function mmc(arrivalRate: number, serviceRate: number, servers: number): QueueMeans {
  const load = stable(arrivalRate, serviceRate, servers);
  const waits = erlangC(servers, load);
  const wait = waits / (servers * serviceRate - arrivalRate);
  return means(arrivalRate, 1 / serviceRate, servers, waits, wait);
}

/** M/G/1 by the formula of Pollaczek and Khinchine. */
export function mg1(arrivalRate: number, meanService: number, serviceVariance: number): QueueMeans {
  const load = stable(arrivalRate, 1 / meanService, 1);
  const wait = (arrivalRate * (serviceVariance + meanService * meanService)) / (2 * (1 - load));
  return means(arrivalRate, meanService, 1, load, wait);
}

function means(rate: number, service: number, servers: number, waits: number, wait: number): QueueMeans {
  return {
    waits,
    wait,
    waiting: rate * wait,
    stay: wait + service,
    present: rate * (wait + service),
    utilisation: (rate * service) / servers,
  };
}

function stable(arrivalRate: number, serviceRate: number, servers: number): number {
  const load = arrivalRate / serviceRate;
  if (!(load < servers)) {
    throw new RangeError(`A load of ${load} on ${servers} servers is a queue that grows for ever.`);
  }
  return load;
}

/**
 * Arrival rates at the nodes of an open Jackson network: λ = a + λP, with `external` a and routing probabilities P by row.
 * Throws a RangeError where customers never leave it. J. R. Jackson, Management Science 10 (1963) 131.
 */
export function trafficRates(external: readonly number[], routing: readonly (readonly number[])[]): Float64Array {
  const n = external.length;
  const lu = new DenseLu(n);
  for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) lu.a[i * n + j] = (i === j ? 1 : 0) - routing[j][i];
  const rates = Float64Array.from(external);
  if (!lu.factor()) throw new RangeError('Customers of this network never leave it.');
  lu.solve(rates);
  return rates;
}
