import type { Duration } from './duration.ts';
import type {
  BranchStep,
  Flow,
  GatherStep,
  HoldStep,
  OfCustomer,
  ResourceSpec,
  Schedule,
  SeizeStep,
  SourceSpec,
  Step,
} from './flow.ts';

/** What the engine does at a place of a route. Erased to numbers so that a customer's place is one number. */
export const OP = {
  hold: 0,
  seize: 1,
  release: 2,
  branch: 3,
  do: 4,
  tally: 5,
  go: 6,
  leave: 7,
  gather: 8,
  scatter: 9,
  fork: 10,
  until: 11,
} as const;

export interface CompiledSeize {
  readonly name: string;
  readonly index: number;
  readonly spec: SeizeStep;
  /** Resource and units of each alternative. */
  readonly wants: readonly { readonly resources: Int32Array; readonly units: Int32Array }[];
  /** Where one unit of one resource is all that is wanted: that resource; else −1. */
  readonly single: number;
  /** Line in which it waits: that of the first resource it names. */
  readonly line: number;
  readonly impatient: number;
  readonly full: number;
}

export interface CompiledBranch {
  readonly choose: ((who: never, world: never) => string | null) | null;
  /** Upper ends of the probabilities, and where they lead. */
  readonly ends: Float64Array;
  readonly places: Int32Array;
}

export interface CompiledFlow {
  readonly flow: Flow;
  readonly resources: readonly (ResourceSpec & { readonly name: string; readonly schedule: Schedule })[];
  readonly sources: readonly (SourceSpec & { readonly name: string; readonly place: number })[];
  readonly attributes: readonly string[];
  readonly variables: readonly string[];
  /** By place: the operation and its operand (an index into one of the tables, or a place). */
  readonly ops: Uint8Array;
  readonly operands: Int32Array;
  /** By place: the index of the name whose random numbers it uses. */
  readonly sites: Int32Array;
  readonly siteNames: readonly string[];
  /** Places that a customer may come to more than once: the column of their visits, else −1. */
  readonly visits: Int32Array;
  readonly visitColumns: number;
  readonly holds: readonly HoldStep[];
  readonly seizes: readonly CompiledSeize[];
  readonly branches: readonly CompiledBranch[];
  readonly acts: readonly Extract<Step, { kind: 'do' }>[];
  readonly tallies: readonly Extract<Step, { kind: 'tally' }>[];
  readonly gathers: readonly GatherStep[];
  readonly forks: readonly Int32Array[];
  readonly untils: readonly Extract<Step, { kind: 'until' }>[];
  /** Lines to look at when units of a resource come free. */
  readonly linesOf: readonly Int32Array[];
  readonly placeOf: ReadonlyMap<string, number>;
  /** Route and name of the step at a place, for messages. */
  readonly labels: readonly string[];
}

/** Checks a flow and turns it into tables. Throws a RangeError that names the route and step that are wrong. */
export function compileFlow(flow: Flow): CompiledFlow {
  const resourceNames = Object.keys(flow.resources);
  const resources = resourceNames.map((name) => {
    const spec = flow.resources[name];
    return { ...spec, name, schedule: scheduleOf(spec.capacity, `The capacity of ${name}`) };
  });
  const placeOf = new Map<string, number>();
  let places = 0;
  for (const [name, steps] of Object.entries(flow.routes)) {
    placeOf.set(name, places);
    places += steps.length + 1;
  }
  const tables = new Tables(flow, resourceNames, placeOf, places);
  for (const [route, steps] of Object.entries(flow.routes)) tables.add(route, steps);
  const sources = Object.entries(flow.sources).map(([name, spec]) => ({
    ...spec,
    name,
    place: tables.place(spec.route, `Source ${name}`),
  }));
  if (sources.length > 4095) throw new RangeError(`A flow has up to 4095 sources, not ${sources.length}.`);
  for (const source of sources) checkArrivals(source.name, source);
  return tables.finish(resources, sources);
}

class Tables {
  readonly #flow: Flow;
  readonly #resourceNames: readonly string[];
  readonly #placeOf: ReadonlyMap<string, number>;
  readonly #ops: Uint8Array;
  readonly #operands: Int32Array;
  readonly #sites: Int32Array;
  readonly #siteNames: string[] = [];
  readonly #labels: string[] = [];
  readonly #holds: HoldStep[] = [];
  readonly #seizes: CompiledSeize[] = [];
  readonly #releases: { readonly at: number; readonly of: string; readonly route: string }[] = [];
  readonly #branches: CompiledBranch[] = [];
  readonly #acts: Extract<Step, { kind: 'do' }>[] = [];
  readonly #tallies: Extract<Step, { kind: 'tally' }>[] = [];
  readonly #gathers: GatherStep[] = [];
  readonly #forks: Int32Array[] = [];
  readonly #untils: Extract<Step, { kind: 'until' }>[] = [];
  #at = 0;

  constructor(flow: Flow, resourceNames: readonly string[], placeOf: ReadonlyMap<string, number>, places: number) {
    this.#flow = flow;
    this.#resourceNames = resourceNames;
    this.#placeOf = placeOf;
    this.#ops = new Uint8Array(places);
    this.#operands = new Int32Array(places);
    this.#sites = new Int32Array(places);
  }

  place(route: string, whose: string): number {
    const place = this.#placeOf.get(route);
    if (place === undefined) throw new RangeError(`${whose} leads to route “${route}”, which the flow has not.`);
    return place;
  }

  add(route: string, steps: readonly Step[]): void {
    for (const step of steps) this.#step(route, step);
    this.#put(route, 'leave', OP.leave, 0);
  }

  #put(route: string, name: string, op: number, operand: number): void {
    const at = this.#at++;
    this.#ops[at] = op;
    this.#operands[at] = operand;
    let site = this.#siteNames.indexOf(name);
    if (site < 0) site = this.#siteNames.push(name) - 1;
    this.#sites[at] = site;
    this.#labels.push(`${route} / ${name}`);
  }

  #step(route: string, step: Step): void {
    const label = 'name' in step ? `${route} / ${step.name}` : `${route} / ${step.kind}`;
    switch (step.kind) {
      case 'hold':
        checkTime(step.time, label);
        if (typeof step.interrupted === 'object') this.place(step.interrupted.go, label);
        this.#put(route, step.name, OP.hold, this.#holds.push(step) - 1);
        return;
      case 'seize':
        this.#put(route, step.name, OP.seize, this.#seize(step, label));
        return;
      case 'release':
        this.#releases.push({ at: this.#at, of: step.of, route });
        this.#put(route, step.of, OP.release, 0);
        return;
      case 'branch':
        this.#put(route, step.name, OP.branch, this.#branches.push(this.#branch(step, label)) - 1);
        return;
      case 'do':
        this.#put(route, step.name, OP.do, this.#acts.push(step) - 1);
        return;
      case 'tally':
        this.#put(route, step.name, OP.tally, this.#tallies.push(step) - 1);
        return;
      case 'go':
        this.#put(route, 'go', OP.go, this.place(step.route, label));
        return;
      case 'leave':
        this.#put(route, 'leave', OP.leave, 0);
        return;
      case 'gather':
        if (!(Number.isInteger(step.size) && step.size > 0)) {
          throw new RangeError(`${label}: a group has a whole number of members above 0, not ${step.size}.`);
        }
        this.#put(route, step.name, OP.gather, this.#gathers.push(step) - 1);
        return;
      case 'scatter':
        this.#put(route, step.name, OP.scatter, 0);
        return;
      case 'fork': {
        const places = Int32Array.from(step.routes, (to) => this.place(to, label));
        this.#put(route, step.name, OP.fork, this.#forks.push(places) - 1);
        return;
      }
      case 'until':
        this.#put(route, step.name, OP.until, this.#untils.push(step) - 1);
        return;
    }
  }

  #seize(step: SeizeStep, label: string): number {
    if (this.#seizes.some((other) => other.name === step.name)) {
      throw new RangeError(`${label}: two steps that take a resource have this name; a release could mean either.`);
    }
    if (step.wants.length === 0 || step.wants.length > 100) {
      throw new RangeError(`${label} wants 1 to 100 alternatives, not ${step.wants.length}.`);
    }
    const wants = step.wants.map((alternative) => {
      const names = Object.keys(alternative);
      if (names.length === 0) throw new RangeError(`${label} wants nothing.`);
      const resources = Int32Array.from(names, (name) => {
        const index = this.#resourceNames.indexOf(name);
        if (index < 0) throw new RangeError(`${label} wants “${name}”, which is no resource of the flow.`);
        return index;
      });
      const units = Int32Array.from(names, (name) => alternative[name]);
      if (names.some((name) => !(Number.isInteger(alternative[name]) && alternative[name] > 0))) {
        throw new RangeError(`${label} wants whole numbers of units above 0.`);
      }
      return { resources, units };
    });
    const alone = wants.every((want) => want.resources.length === 1);
    if (!alone && wants.some((want) => want.resources.some((r) => this.#spec(r).preemptive === true))) {
      throw new RangeError(`${label}: a resource that can be taken away is wanted alone, not together with others.`);
    }
    if (step.preempt === true && !(wants.length === 1 && this.#spec(wants[0].resources[0]).preemptive === true)) {
      throw new RangeError(`${label} takes away from others what is no one preemptive resource.`);
    }
    if ((step.patience === undefined) !== (step.impatient === undefined)) {
      throw new RangeError(`${label}: patience and the route of the impatient belong together.`);
    }
    if (step.patience !== undefined) checkTime(step.patience, label);
    if ((step.room === undefined) !== (step.full === undefined)) {
      throw new RangeError(`${label}: room to wait and the route of those who find it full belong together.`);
    }
    const first = wants[0];
    const simple = wants.length === 1 && first.resources.length === 1 && first.units[0] === 1;
    return (
      this.#seizes.push({
        name: step.name,
        index: this.#seizes.length,
        spec: step,
        wants,
        single: simple && step.may === undefined ? first.resources[0] : -1,
        line: first.resources[0],
        impatient: step.impatient === undefined ? -1 : this.place(step.impatient, label),
        full: step.full === undefined ? -1 : this.place(step.full, label),
      }) - 1
    );
  }

  #spec(resource: number): ResourceSpec {
    return this.#flow.resources[this.#resourceNames[resource]];
  }

  #branch(step: BranchStep, label: string): CompiledBranch {
    if (typeof step.to === 'function') {
      return { choose: step.to, ends: new Float64Array(0), places: new Int32Array(0) };
    }
    const names = Object.keys(step.to);
    const ends = new Float64Array(names.length);
    let sum = 0;
    for (let i = 0; i < names.length; i++) {
      const share = step.to[names[i]];
      if (!(share >= 0 && share <= 1)) throw new RangeError(`${label}: ${share} is no probability.`);
      sum += share;
      ends[i] = sum;
    }
    if (sum > 1 + 1e-9) throw new RangeError(`${label}: the probabilities add up to ${sum}.`);
    // Rounding must not let one in 10¹⁶ slip past the last of probabilities that are meant to be all.
    if (sum > 1 - 1e-9) ends[names.length - 1] = 1;
    return { choose: null, ends, places: Int32Array.from(names, (name) => this.place(name, label)) };
  }

  finish(resources: CompiledFlow['resources'], sources: CompiledFlow['sources']): CompiledFlow {
    for (const { at, of, route } of this.#releases) {
      const index = this.#seizes.findIndex((seize) => seize.name === of);
      if (index < 0)
        throw new RangeError(`${route} gives back what “${of}” took; no step of this name takes anything.`);
      this.#operands[at] = index;
    }
    const linesOf = resources.map((_, r) => {
      const lines = new Set([r]);
      for (const seize of this.#seizes) {
        if (seize.wants.some((want) => want.resources.includes(r))) lines.add(seize.line);
      }
      return Int32Array.from(lines);
    });
    const { visits, columns } = this.#visits();
    return {
      flow: this.#flow,
      resources,
      sources,
      attributes: this.#flow.attributes ?? [],
      variables: Object.keys(this.#flow.variables ?? {}),
      ops: this.#ops,
      operands: this.#operands,
      sites: this.#sites,
      siteNames: this.#siteNames,
      visits,
      visitColumns: columns,
      holds: this.#holds,
      seizes: this.#seizes,
      branches: this.#branches,
      acts: this.#acts,
      tallies: this.#tallies,
      gathers: this.#gathers,
      forks: this.#forks,
      untils: this.#untils,
      linesOf,
      placeOf: this.#placeOf,
      labels: this.#labels,
    };
  }

  /** Places that can be reached from themselves, or that share their name with another of the kind, are counted by customer. */
  #visits(): { readonly visits: Int32Array; readonly columns: number } {
    const count = this.#ops.length;
    const reach: Uint8Array[] = [];
    for (let start = 0; start < count; start++) {
      const seen = new Uint8Array(count);
      const open = [...this.#after(start)];
      for (let at = open.pop(); at !== undefined; at = open.pop()) {
        if (seen[at] === 1) continue;
        seen[at] = 1;
        open.push(...this.#after(at));
      }
      reach.push(seen);
    }
    const visits = new Int32Array(count).fill(-1);
    const columnOf = new Map<number, number>();
    for (let at = 0; at < count; at++) {
      const site = this.#sites[at];
      const draws = this.#ops[at] !== OP.leave && this.#ops[at] !== OP.release && this.#ops[at] !== OP.go;
      const again =
        reach[at][at] === 1 || this.#ops.some((op, i) => i !== at && op === this.#ops[at] && this.#sites[i] === site);
      if (!draws || !again) continue;
      if (!columnOf.has(site)) columnOf.set(site, columnOf.size);
      visits[at] = columnOf.get(site)!;
    }
    return { visits, columns: columnOf.size };
  }

  #after(at: number): readonly number[] {
    const operand = this.#operands[at];
    switch (this.#ops[at]) {
      case OP.leave:
        return [];
      case OP.go:
        return [operand];
      case OP.fork:
        return [at + 1, ...this.#forks[operand]];
      case OP.branch: {
        const branch = this.#branches[operand];
        // Where a function chooses, it may choose any route.
        return branch.choose === null ? [at + 1, ...branch.places] : [at + 1, ...this.#placeOf.values()];
      }
      case OP.seize: {
        const { impatient, full } = this.#seizes[operand];
        return [at + 1, impatient, full].filter((place) => place >= 0);
      }
      case OP.hold: {
        const { interrupted } = this.#holds[operand];
        return typeof interrupted === 'object' ? [at + 1, this.#placeOf.get(interrupted.go)!] : [at + 1];
      }
      default:
        return [at + 1];
    }
  }
}

function checkTime(time: OfCustomer<Duration | number>, label: string): void {
  if (typeof time === 'number' && !(time >= 0 && time < Number.POSITIVE_INFINITY)) {
    throw new RangeError(`${label}: a time is finite and 0 or more, not ${time}.`);
  }
}

function checkArrivals(name: string, spec: SourceSpec): void {
  const { arrivals } = spec;
  if (arrivals.kind === 'times') {
    for (let i = 0; i < arrivals.times.length; i++) {
      const time = arrivals.times[i];
      if (!(time >= 0 && (i === 0 || time >= arrivals.times[i - 1]))) {
        throw new RangeError(`Source ${name}: arrival ${i} at ${time} is not in order, or before 0.`);
      }
    }
  } else if (arrivals.kind === 'poisson') {
    const { rate, most } = arrivals;
    if (typeof rate === 'function' && most === undefined) {
      throw new RangeError(`Source ${name}: a rate given as a function needs its bound, “most”.`);
    }
    if (typeof rate === 'number' && !(rate >= 0)) throw new RangeError(`Source ${name}: no rate is ${rate}.`);
    if (typeof rate === 'object') scheduleOf(rate, `The rate of ${name}`);
    const highest = typeof rate === 'number' ? rate : typeof rate === 'object' ? Math.max(...rate.values) : 0;
    if (most !== undefined && !(most >= highest && most < Number.POSITIVE_INFINITY)) {
      throw new RangeError(`Source ${name}: its rate reaches ${highest}, above the bound ${most}.`);
    }
  } else if (!(arrivals.between.mean > 0)) {
    throw new RangeError(
      `Source ${name}: times between arrivals are above 0 on average, not ${arrivals.between.mean}.`,
    );
  }
}

/** A schedule, checked; a number is one that never changes. */
export function scheduleOf(given: number | Schedule, whose: string): Schedule {
  const schedule: Schedule = typeof given === 'number' ? { times: [0], values: [given] } : given;
  const { times, values, period } = schedule;
  if (times.length === 0 || times.length !== values.length || times[0] !== 0) {
    throw new RangeError(`${whose}: a schedule has as many values as times, the first time being 0.`);
  }
  for (let i = 1; i < times.length; i++) {
    if (!(times[i] > times[i - 1])) throw new RangeError(`${whose}: the times of a schedule rise.`);
  }
  if (values.some((value) => !(value >= 0 && value < Number.POSITIVE_INFINITY))) {
    throw new RangeError(`${whose}: the values of a schedule are finite and 0 or more.`);
  }
  if (period !== undefined && !(period > times[times.length - 1])) {
    throw new RangeError(`${whose}: the cycle of ${period} ends before the last change.`);
  }
  return schedule;
}

/** The value of a schedule at a time. */
export function valueAt(schedule: Schedule, time: number): number {
  const { times, values, period } = schedule;
  const t = period === undefined ? time : time - Math.floor(time / period) * period;
  let low = 0;
  let high = times.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (times[middle] <= t) low = middle;
    else high = middle - 1;
  }
  return values[low];
}

/** The first time after `time` at which a schedule changes; infinite where it never does. */
export function changeAfter(schedule: Schedule, time: number): number {
  const { times, period } = schedule;
  const cycle = period === undefined ? 0 : Math.floor(time / period);
  const start = period === undefined ? 0 : cycle * period;
  for (let i = 0; i < times.length; i++) if (start + times[i] > time) return start + times[i];
  if (period === undefined || times.length === 1) return Number.POSITIVE_INFINITY;
  return (cycle + 1) * period;
}
