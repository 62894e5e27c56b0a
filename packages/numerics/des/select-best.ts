import { logGamma } from '../special/gamma.ts';
import { normalCdf } from '../special/normal.ts';
import { gaussLegendre } from '../special/quadrature.ts';
import { studentCdf, studentLogDensity } from '../special/student.ts';
import { Tally } from './statistics.ts';

const RULE = gaussLegendre(64);

/** Nodes and weights that integrate a smooth function over [a, b] in panels. */
function nodesOn(a: number, b: number, panels: number): { readonly x: Float64Array; readonly w: Float64Array } {
  const count = RULE.nodes.length;
  const x = new Float64Array(count * panels);
  const w = new Float64Array(count * panels);
  const half = (b - a) / panels / 2;
  for (let p = 0; p < panels; p++) {
    for (let i = 0; i < count; i++) {
      x[p * count + i] = a + (2 * p + 1 + RULE.nodes[i]) * half;
      w[p * count + i] = RULE.weights[i] * half;
    }
  }
  return { x, w };
}

/** The zero of a rising function above 0, by the Illinois form of false position (M. Dowell, P. Jarratt, BIT 11 (1971) 168). */
function root(rising: (x: number) => number): number {
  let low = 0;
  let below = rising(low);
  let high = 1;
  let above = rising(high);
  while (above < 0) {
    low = high;
    below = above;
    high *= 2;
    above = rising(high);
  }
  let side = 0;
  for (let i = 0; i < 100 && high - low > 1e-12 * high; i++) {
    const x = high - (above * (high - low)) / (above - below);
    const y = rising(x);
    if (Math.abs(y) < 1e-13) return x;
    if (y < 0) {
      low = x;
      below = y;
      if (side < 0) above /= 2;
      side = -1;
    } else {
      high = x;
      above = y;
      if (side > 0) below /= 2;
      side = 1;
    }
  }
  return high;
}

function checkRequest(first: number, systems: number, probability: number): void {
  if (!(Number.isInteger(systems) && systems >= 2)) throw new RangeError(`Of ${systems} systems none is the best.`);
  if (!(Number.isInteger(first) && first >= 2))
    throw new RangeError(`A first stage has 2 or more replications, not ${first}.`);
  if (!(probability > 1 / systems && probability < 1)) {
    throw new RangeError(
      `The probability of a correct selection lies between 1/${systems} and 1, not at ${probability}.`,
    );
  }
}

/**
 * h of the two-stage procedure of E. J. Dudewicz and S. R. Dalal, Sankhyā B 37 (1975) 28:
 * ∫ F(t + h)^(k−1) f(t) dt = P with Student's F and f of n₀ − 1 degrees.
 */
export function dudewiczDalalH(first: number, systems: number, probability: number): number {
  checkRequest(first, systems, probability);
  const degrees = first - 1;
  // t = sinh(v) brings the heavy tails of few degrees into reach.
  const { x, w } = nodesOn(-20, 20, 16);
  const t = x.map(Math.sinh);
  const weight = w.map((each, i) => each * Math.cosh(x[i]) * Math.exp(studentLogDensity(t[i], degrees)));
  return root((h) => {
    let sum = 0;
    for (let i = 0; i < t.length; i++) {
      if (weight[i] > 1e-18) sum += weight[i] * studentCdf(t[i] + h, degrees) ** (systems - 1);
    }
    return sum - probability;
  });
}

/**
 * h of the two-stage procedure of Y. Rinott, Commun. Stat. A 7 (1978) 799:
 * ∫ [∫ Φ(h / √((n₀−1)(1/x + 1/y))) f(x) dx]^(k−1) f(y) dy = P with f the density of χ² with n₀ − 1 degrees.
 */
export function rinottH(first: number, systems: number, probability: number): number {
  checkRequest(first, systems, probability);
  const degrees = first - 1;
  // In v = ln x the density of χ² is smooth whatever the degrees.
  const { x: v, w } = nodesOn(Math.log(degrees) - 12, Math.log(degrees) + 5, 3);
  const x = v.map(Math.exp);
  const norm = (degrees / 2) * Math.LN2 + logGamma(degrees / 2);
  const weight = w.map((each, i) => each * Math.exp((degrees / 2) * v[i] - x[i] / 2 - norm));
  const used = [...weight.keys()].filter((i) => weight[i] > 1e-14);
  return root((h) => {
    let outer = 0;
    for (const j of used) {
      let inner = 0;
      for (const i of used) inner += weight[i] * normalCdf(h / Math.sqrt(degrees * (1 / x[i] + 1 / x[j])));
      outer += weight[j] * inner ** (systems - 1);
    }
    return outer - probability;
  });
}

/** Outputs of replications `from` to `to` − 1 of one system; larger is better. */
export type SystemRun = (system: number, from: number, to: number) => Promise<ArrayLike<number>> | ArrayLike<number>;

export interface SelectionRequest {
  readonly systems: number;
  /** Replications of each system before anything is compared. */
  readonly first: number;
  /** Least probability of choosing the best where it is better by `indifference` or more. */
  readonly probability: number;
  /** The smallest difference that matters, in the unit of the output. */
  readonly indifference: number;
}

export interface Selection {
  readonly best: number;
  readonly means: readonly number[];
  /** Replications that each system was given. */
  readonly replications: readonly number[];
  /** Systems still in when the procedure ended; the best alone, unless replications ran out. */
  readonly left: readonly number[];
}

function checkSelection(request: SelectionRequest): void {
  checkRequest(request.first, request.systems, request.probability);
  if (!(request.indifference > 0)) {
    throw new RangeError(`The smallest difference that matters is above 0, not ${request.indifference}.`);
  }
}

/** Rinott's procedure: after the first stage each system is run as often as its variance asks for. Systems run independently. */
export async function selectByRinott(request: SelectionRequest, run: SystemRun): Promise<Selection> {
  checkSelection(request);
  const { systems, first, probability, indifference } = request;
  const h = rinottH(first, systems, probability);
  const means: number[] = [];
  const replications: number[] = [];
  for (let system = 0; system < systems; system++) {
    const tally = new Tally();
    addAll(tally, await run(system, 0, first));
    const wanted = Math.max(first, Math.ceil((h * h * tally.variance) / (indifference * indifference)));
    if (wanted > first) addAll(tally, await run(system, first, wanted));
    means.push(tally.mean);
    replications.push(wanted);
  }
  const best = means.indexOf(Math.max(...means));
  return { best, means, replications, left: [best] };
}

function addAll(tally: Tally, values: ArrayLike<number>): void {
  for (let i = 0; i < values.length; i++) tally.add(values[i]);
}

/**
 * The fully sequential procedure KN: S.-H. Kim, B. L. Nelson, ACM Trans. Model. Comput. Simul. 11 (2001) 251, with c = 1.
 * Systems may share their random numbers, which makes it stop sooner.
 */
export async function selectSequentially(
  request: SelectionRequest & { readonly most?: number },
  run: SystemRun,
): Promise<Selection> {
  checkSelection(request);
  const { systems, first, probability, indifference, most = 1_000_000 } = request;
  const eta = 0.5 * (((2 * (1 - probability)) / (systems - 1)) ** (-2 / (first - 1)) - 1);
  const square = 2 * eta * (first - 1);
  const outputs: number[][] = [];
  for (let system = 0; system < systems; system++) outputs.push(Array.from(await run(system, 0, first)));
  const spread = outputs.map((a, i) =>
    outputs.map((b, j) => {
      if (i === j) return 0;
      const tally = new Tally();
      for (let r = 0; r < first; r++) tally.add(a[r] - b[r]);
      return tally.variance;
    }),
  );
  const sums = outputs.map((values) => values.reduce((sum, value) => sum + value, 0));
  const replications = outputs.map(() => first);
  let left = [...outputs.keys()];
  for (let r = first; ; r++) {
    const kept = left.filter((i) =>
      left.every((j) => {
        const margin = Math.max(0, (indifference / (2 * r)) * ((square * spread[i][j]) / indifference ** 2 - r));
        return i === j || sums[i] / r >= sums[j] / r - margin;
      }),
    );
    left = kept.length > 0 ? kept : [left.reduce((a, b) => (sums[b] > sums[a] ? b : a))];
    if (left.length === 1 || r >= most) break;
    for (const system of left) {
      sums[system] += (await run(system, r, r + 1))[0];
      replications[system] = r + 1;
    }
  }
  const means = sums.map((sum, i) => sum / replications[i]);
  const best = left.reduce((a, b) => (means[b] > means[a] ? b : a));
  return { best, means, replications, left };
}
