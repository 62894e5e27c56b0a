import { DRAW, EVENT } from './codes.data.ts';
import { type CompiledFlow, type CompiledSeize, OP, valueAt } from './compile.ts';
import { type Customers, NONE } from './customers.ts';
import type { Lines } from './lines.ts';
import { Tally, TimeAverage } from './statistics.ts';
import type { World } from './world.ts';

/** Who has which units of the resources, and who waits for them. */
export class Allocation {
  readonly free: Int32Array;
  readonly capacities: Int32Array;
  /** By resource: units in use, customers in its line, units there are. */
  readonly use: readonly TimeAverage[];
  readonly queue: readonly TimeAverage[];
  readonly offered: readonly TimeAverage[];
  /** By seize step: waits of those who got what they wanted; how many gave up, or found it full. */
  readonly waits: readonly Tally[];
  readonly gaveUp: Float64Array;
  readonly foundFull: Float64Array;
  /** By preemptive resource: who holds it, with the priority it was asked for. */
  readonly holders: readonly { readonly who: number; readonly priority: number }[][];
  /** Customers who have joined a line so far. */
  order = 0;
  readonly customers: Customers;
  readonly lines: Lines;
  readonly #flow: CompiledFlow;
  readonly #world: World;

  constructor(world: World) {
    const { flow } = world;
    this.#world = world;
    this.#flow = flow;
    this.customers = world.customers;
    this.lines = world.lines;
    this.capacities = Int32Array.from(flow.resources, ({ schedule }) => valueAt(schedule, 0));
    this.free = this.capacities.slice();
    this.use = flow.resources.map(() => new TimeAverage());
    this.queue = flow.resources.map(() => new TimeAverage());
    this.offered = flow.resources.map((_, r) => {
      const average = new TimeAverage();
      average.change(0, this.capacities[r]);
      return average;
    });
    this.waits = flow.seizes.map(() => new Tally());
    this.gaveUp = new Float64Array(flow.seizes.length);
    this.foundFull = new Float64Array(flow.seizes.length);
    this.holders = flow.resources.map(() => []);
  }

  /** True where the customer goes on at once; its place is then that of its next step. */
  seize(seize: CompiledSeize, who: number): boolean {
    const { customers, lines } = this;
    const { line, spec } = seize;
    const asked = spec.priority;
    const priority = typeof asked === 'function' ? asked(this.#world.asked(who), this.#world.view) : (asked ?? 0);
    if (lines.length[line] === 0 || this.#flow.resources[line].strict === false) {
      const alternative = this.#possible(seize, who);
      if (alternative !== NONE) return this.#begin(seize, alternative, who, priority);
    }
    if (spec.preempt === true && this.#takeAway(line, priority)) return this.#begin(seize, 0, who, priority);
    customers.request[who] = seize.index;
    customers.since[who] = this.#world.now;
    customers.priority[who] = priority;
    if (spec.room !== undefined && lines.length[line] >= spec.room) {
      this.foundFull[seize.index]++;
      this.#world.tell('full', who);
      this.#world.visited(customers.place[who], who);
      customers.place[who] = seize.full;
      return true;
    }
    customers.key[who] = this.#key(line, who);
    const stamp = ++customers.stamp[who];
    if (spec.patience !== undefined) {
      const patience = this.#world.time(spec.patience, who, DRAW.patience);
      this.#world.calendar.schedule(this.#world.now + patience, EVENT.patience, who, stamp);
    }
    this.#world.tell('wait', who);
    this.#queue(line, who);
    // One that comes before those who wait may be able to have what they cannot.
    if (lines.head[line] === who) this.#serve(line);
    return false;
  }

  #begin(seize: CompiledSeize, alternative: number, who: number, priority: number): true {
    this.waits[seize.index].add(0);
    this.take(seize, alternative, who, priority);
    this.#world.advance(who);
    return true;
  }

  #key(line: number, who: number): number {
    const { discipline } = this.#flow.resources[line];
    if (discipline === undefined || discipline === 'fifo') return this.order++;
    if (discipline === 'lifo') return -this.order++;
    if (discipline === 'random') return this.#world.draw(who, DRAW.shuffle);
    return discipline.least(this.#world.asked(who), this.#world.view);
  }

  #queue(line: number, who: number): void {
    this.lines.join(line, who);
    this.queue[line].change(this.#world.now, this.lines.length[line]);
  }

  unqueue(who: number): void {
    const line = this.customers.line[who];
    this.lines.quit(who);
    if (line < this.queue.length) this.queue[line].change(this.#world.now, this.lines.length[line]);
    this.customers.stamp[who]++;
  }

  /** The first alternative that can be had now; −1 where none can. */
  #possible(seize: CompiledSeize, who: number): number {
    if (seize.single >= 0) return this.free[seize.single] > 0 ? 0 : NONE;
    const { may } = seize.spec;
    if (may !== undefined && !may(this.#world.asked(who), this.#world.view)) return NONE;
    for (let i = 0; i < seize.wants.length; i++) {
      const { resources, units } = seize.wants[i];
      let all = true;
      for (let k = 0; k < resources.length && all; k++) all = this.free[resources[k]] >= units[k];
      if (all) return i;
    }
    return NONE;
  }

  take(seize: CompiledSeize, alternative: number, who: number, priority: number): void {
    const { resources, units } = seize.wants[alternative];
    for (let k = 0; k < resources.length; k++) {
      const r = resources[k];
      this.free[r] -= units[k];
      this.use[r].change(this.#world.now, this.use[r].value + units[k]);
      if (this.#flow.resources[r].preemptive === true) this.holders[r].push({ who, priority });
    }
    const taken = this.customers.taken[seize.index];
    if (taken[who] !== NONE)
      throw new RangeError(`A customer takes twice what “${seize.name}” takes, and gave nothing back.`);
    taken[who] = alternative;
    this.customers.holding[who]++;
  }

  release(seize: CompiledSeize, who: number): void {
    const taken = this.customers.taken[seize.index];
    const alternative = taken[who];
    if (alternative === NONE)
      throw new RangeError(`A customer gives back what “${seize.name}” takes, and does not hold it.`);
    taken[who] = NONE;
    this.customers.holding[who]--;
    const { resources, units } = seize.wants[alternative];
    for (let k = 0; k < resources.length; k++) this.#giveBack(resources[k], units[k], who);
    for (let k = 0; k < resources.length; k++) this.#serveAll(resources[k]);
  }

  #giveBack(resource: number, units: number, who: number): void {
    this.free[resource] += units;
    this.use[resource].change(this.#world.now, this.use[resource].value - units);
    if (this.#flow.resources[resource].preemptive === true) {
      const holders = this.holders[resource];
      holders.splice(
        holders.findIndex((holder) => holder.who === who),
        1,
      );
    }
  }

  #serveAll(resource: number): void {
    const lines = this.#flow.linesOf[resource];
    for (let i = 0; i < lines.length; i++) if (this.lines.length[lines[i]] > 0) this.#serve(lines[i]);
  }

  /** Gives those in a line what they can have, in their order. */
  #serve(line: number): void {
    const { customers, lines } = this;
    const flow = this.#flow;
    const strict = flow.resources[line].strict !== false;
    let who = lines.head[line];
    while (who !== NONE) {
      const behind = customers.after[who];
      const seize = flow.seizes[customers.request[who]];
      const alternative = this.#possible(seize, who);
      if (alternative !== NONE) {
        this.unqueue(who);
        if (Number.isNaN(customers.left[who])) {
          this.waits[seize.index].add(this.#world.now - customers.since[who]);
          this.take(seize, alternative, who, customers.priority[who]);
          this.#world.advance(who);
        } else {
          // An interrupted customer has its resource again; its wait was counted when it first got it.
          customers.taken[seize.index][who] = NONE;
          customers.holding[who]--;
          this.take(seize, alternative, who, customers.priority[who]);
        }
        this.#world.push(who);
      } else if (strict) {
        return;
      }
      who = behind;
    }
  }

  /** Takes a unit from the holder of the largest priority number above `priority`, of those the one that came last. */
  #takeAway(resource: number, priority: number): boolean {
    const { customers } = this;
    let victim: { readonly who: number; readonly priority: number } | null = null;
    for (const holder of this.holders[resource]) {
      const { who } = holder;
      const busy = this.#flow.ops[customers.place[who]] === OP.hold && Number.isNaN(customers.left[who]);
      if (busy && holder.priority > (victim?.priority ?? priority)) victim = holder;
      else if (busy && holder.priority === victim?.priority) victim = holder;
    }
    if (victim === null) return false;
    this.#interrupt(resource, victim.who, victim.priority);
    return this.free[resource] > 0;
  }

  #interrupt(resource: number, who: number, priority: number): void {
    const { customers } = this;
    const flow = this.#flow;
    const hold = flow.holds[flow.operands[customers.place[who]]];
    const seize = flow.seizes.find(
      (s) => s.wants.some((want) => want.resources[0] === resource) && customers.taken[s.index][who] !== NONE,
    )!;
    const { units } = seize.wants[customers.taken[seize.index][who]];
    this.#giveBack(resource, units[0], who);
    customers.stamp[who]++;
    this.#world.tell('interrupt', who);
    const { interrupted } = hold;
    if (typeof interrupted === 'object') {
      customers.taken[seize.index][who] = NONE;
      customers.holding[who]--;
      customers.place[who] = flow.placeOf.get(interrupted.go)!;
      this.#world.push(who);
      return;
    }
    const rest = customers.due[who] - this.#world.now;
    // Begun again it takes as long as it would have at first, by the same number.
    customers.left[who] = interrupted === 'restart' ? this.#world.time(hold.time, who, DRAW.hold) : rest;
    customers.request[who] = seize.index;
    customers.since[who] = this.#world.now;
    customers.priority[who] = priority;
    // Before all others of its priority: it had its turn.
    customers.key[who] = Number.NEGATIVE_INFINITY;
    this.#queue(seize.line, who);
  }

  setCapacity(resource: number, units: number): void {
    if (!(Number.isInteger(units) && units >= 0)) {
      throw new RangeError(`${this.#flow.resources[resource].name} has a whole number of units, not ${units}.`);
    }
    const change = units - this.capacities[resource];
    if (change === 0) return;
    this.capacities[resource] = units;
    this.free[resource] += change;
    this.offered[resource].change(this.#world.now, units);
    if (change > 0) {
      this.#serveAll(resource);
      return;
    }
    if (this.#flow.resources[resource].onFall !== 'interrupt') return;
    while (this.free[resource] < 0 && this.#takeAway(resource, Number.NEGATIVE_INFINITY));
  }
}
