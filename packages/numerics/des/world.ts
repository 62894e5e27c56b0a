import type { IndexedDraws } from '../random/stream.ts';
import { Allocation } from './allocation.ts';
import { Arriving } from './arriving.ts';
import { EventCalendar } from './calendar.ts';
import { DRAW, EVENT } from './codes.data.ts';
import { type CompiledFlow, changeAfter, OP, valueAt } from './compile.ts';
import { Customers, NONE } from './customers.ts';
import { type Duration, remaining } from './duration.ts';
import type { CustomerView, DrawsOf, OfCustomer, WorldView } from './flow.ts';
import { Lines } from './lines.ts';
import { Tally } from './statistics.ts';
import { View, Who } from './views.ts';

/** What happened to whom, for a log of events. */
export type Happening = 'arrive' | 'wait' | 'start' | 'end' | 'impatient' | 'full' | 'interrupt' | 'leave';

export interface WorldOptions {
  /** Told of everything that happens, in order. `customer` is a row that is used again; serial and source name it for good. */
  readonly onHappening?: (time: number, what: Happening, serial: number, source: string, step: string) => void;
  /** Customers in the world at once beyond which it is not run on. Default 1,000,000. */
  readonly mostPresent?: number;
}

export type RunStatus =
  | { readonly status: 'reached' }
  /** Nothing is left to happen. */
  | { readonly status: 'ended' }
  /** More customers than allowed are in the world; the step where most wait is named. */
  | { readonly status: 'overflow'; readonly time: number; readonly present: number; readonly longest: string }
  /** As many events at one moment as no world means: it goes round without time passing. */
  | { readonly status: 'stuck'; readonly time: number; readonly at: string };

const MOST_AT_ONCE = 1_000_000;

/** A customer that is there from the start. */
export interface Injected {
  readonly source: string;
  readonly serial: number;
  readonly born: number;
  readonly route: string;
  /** A hold step, in which it has been for `elapsed`, or a step that takes a resource, for which it has waited as long. */
  readonly step: string;
  readonly elapsed: number;
  /** Steps whose resources it holds, with the alternative taken (0, the first, where null). */
  readonly holds?: Readonly<Record<string, number | null>>;
  readonly attributes?: Readonly<Record<string, number>>;
}

/** A flow under way. */
export class World {
  readonly flow: CompiledFlow;
  now = 0;
  readonly customers: Customers;
  readonly lines: Lines;
  readonly calendar = new EventCalendar();
  readonly variables: Float64Array;
  readonly allocation: Allocation;
  /** By source: times in the world of those who left; and how many came. */
  readonly stays: readonly Tally[];
  readonly came: Float64Array;
  readonly tallies: ReadonlyMap<string, Tally>;
  /** Events since the start. */
  happened = 0;
  readonly #sites: readonly IndexedDraws[];
  readonly arriving: readonly Arriving[];
  readonly groups: { first: number; last: number; size: number; number: number }[];
  readonly #who: Who;
  readonly view: View;
  readonly #options: WorldOptions;
  readonly #mostPresent: number;
  /** Where a customer goes round without time passing; empty while none does. */
  #round = '';
  #ready = new Int32Array(64);
  #readyStart = 0;
  #readyEnd = 0;

  constructor(flow: CompiledFlow, draws: DrawsOf, options: WorldOptions = {}) {
    this.flow = flow;
    this.#options = options;
    this.#mostPresent = options.mostPresent ?? 1_000_000;
    this.customers = new Customers(flow.attributes.length, flow.visitColumns, flow.seizes.length);
    this.lines = new Lines(flow.resources.length + flow.untils.length, this.customers);
    this.variables = Float64Array.from(flow.variables, (name) => flow.flow.variables![name]);
    this.stays = flow.sources.map(() => new Tally());
    this.came = new Float64Array(flow.sources.length);
    this.tallies = new Map(flow.tallies.map(({ name }) => [name, new Tally()]));
    this.#sites = flow.siteNames.map((name) => draws(name));
    this.groups = flow.gathers.map(() => ({ first: NONE, last: NONE, size: 0, number: 0 }));
    this.allocation = new Allocation(this);
    this.#who = new Who(this);
    this.view = new View(this, this.#who);
    this.arriving = flow.sources.map((source) => new Arriving(source, draws));
    for (let s = 0; s < this.arriving.length; s++) this.#expect(s);
    for (let r = 0; r < flow.resources.length; r++) this.#expectChange(r);
    (flow.flow.events ?? []).forEach(({ at }, i) => {
      this.calendar.schedule(at, EVENT.act, i, 0);
    });
  }

  get present(): number {
    return this.customers.present;
  }

  /** Runs on until nothing is left to happen up to and at `until`. */
  run(until: number): RunStatus {
    const { calendar } = this;
    let at = this.now;
    let atOnce = 0;
    while (calendar.due <= until && this.#round === '') {
      calendar.next();
      const time = calendar.time;
      if (time > at) {
        at = time;
        atOnce = 0;
      } else if (++atOnce > MOST_AT_ONCE) {
        return { status: 'stuck', time, at: this.#label(calendar.subject) ?? 'an arrival' };
      }
      this.now = time;
      this.happened++;
      this.#dispatch(calendar.kind, calendar.subject, calendar.stamp);
      this.#settle();
      if (this.customers.present > this.#mostPresent && this.#round === '') return this.#overflow();
    }
    if (this.#round !== '') return { status: 'stuck', time: this.now, at: this.#round };
    if (Number.isFinite(until)) this.now = until;
    return calendar.size === 0 ? { status: 'ended' } : { status: 'reached' };
  }

  /** Lets all go on that were given what they waited for, and those whom they set free. */
  #settle(): void {
    for (let count = 0; this.#readyStart !== this.#readyEnd && this.#round === ''; count++) {
      const who = this.#pop();
      if (count < MOST_AT_ONCE) this.#continue(who);
      else this.#round = this.#label(who)!;
    }
  }

  /** Forgets what was counted so far, at the end of a warm-up. */
  resetStatistics(): void {
    const { waits, use, queue, offered, gaveUp, foundFull } = this.allocation;
    for (const tally of [...waits, ...this.stays, ...this.tallies.values()]) tally.reset();
    for (const average of [...use, ...queue, ...offered]) average.reset(this.now);
    gaveUp.fill(0);
    foundFull.fill(0);
    this.came.fill(0);
  }

  #overflow(): RunStatus {
    let longest = 0;
    for (let line = 1; line < this.flow.resources.length; line++) {
      if (this.lines.length[line] > this.lines.length[longest]) longest = line;
    }
    const name = this.flow.resources[longest]?.name ?? 'no resource';
    return { status: 'overflow', time: this.now, present: this.customers.present, longest: name };
  }

  #dispatch(kind: number, subject: number, stamp: number): void {
    const { customers } = this;
    switch (kind) {
      case EVENT.resume:
        if (customers.stamp[subject] !== stamp) return;
        this.tell('end', subject);
        this.advance(subject);
        this.#go(subject);
        return;
      case EVENT.arrive:
        this.#arrive(subject);
        return;
      case EVENT.capacity: {
        this.allocation.setCapacity(subject, valueAt(this.flow.resources[subject].schedule, this.now));
        this.#expectChange(subject);
        return;
      }
      case EVENT.patience: {
        if (customers.stamp[subject] !== stamp) return;
        const seize = this.flow.seizes[customers.request[subject]];
        this.allocation.unqueue(subject);
        this.allocation.gaveUp[seize.index]++;
        this.tell('impatient', subject);
        customers.place[subject] = seize.impatient;
        this.#go(subject);
        return;
      }
      case EVENT.gather:
        if (this.groups[subject].number === stamp) this.#send(subject);
        return;
      default:
        this.flow.flow.events![subject].act(this.view);
    }
  }

  tell(what: Happening, who: number): void {
    const { onHappening } = this.#options;
    if (onHappening === undefined) return;
    const { customers, flow } = this;
    const step = flow.siteNames[flow.sites[customers.place[who]]];
    onHappening(this.now, what, customers.serial[who], flow.sources[customers.source[who]].name, step);
  }

  #expect(source: number): void {
    const time = this.arriving[source].next();
    if (time < Number.POSITIVE_INFINITY) this.calendar.schedule(time, EVENT.arrive, source, 0);
  }

  #expectChange(resource: number): void {
    const time = changeAfter(this.flow.resources[resource].schedule, this.now);
    if (time < Number.POSITIVE_INFINITY) this.calendar.schedule(time, EVENT.capacity, resource, 0);
  }

  #arrive(source: number): void {
    const spec = this.flow.sources[source];
    const arriving = this.arriving[source];
    const { size, serial } = arriving;
    for (let i = 0; i < size; i++) {
      const who = this.customers.create(source, serial + i, this.now, spec.place);
      this.came[source]++;
      this.tell('arrive', who);
      if (spec.set !== undefined) spec.set(this.asked(who), this.view);
      // One alone goes at once; a party goes in its order, each before those it lets go on.
      if (size === 1) this.#go(who);
      else this.push(who);
    }
    this.#expect(source);
  }

  /** Lets a customer go through its route until it has to wait for something. */
  #go(who: number): void {
    const { flow, customers } = this;
    const { ops, operands } = flow;
    for (let steps = 0; steps < MOST_AT_ONCE; steps++) {
      const at = customers.place[who];
      const operand = operands[at];
      switch (ops[at]) {
        case OP.hold: {
          const time = this.time(flow.holds[operand].time, who, DRAW.hold);
          this.tell('start', who);
          if (time > 0) {
            this.#hold(who, time);
            return;
          }
          this.tell('end', who);
          break;
        }
        case OP.seize:
          if (!this.allocation.seize(flow.seizes[operand], who)) return;
          continue;
        case OP.release:
          this.allocation.release(flow.seizes[operand], who);
          break;
        case OP.branch: {
          const next = this.#branch(operand, who);
          if (next === NONE) break;
          customers.place[who] = next;
          continue;
        }
        case OP.do:
          flow.acts[operand].act(this.asked(who), this.view);
          break;
        case OP.tally: {
          const { name, value } = flow.tallies[operand];
          this.tallies.get(name)!.add(value(this.asked(who), this.view));
          break;
        }
        case OP.go:
          customers.place[who] = operand;
          continue;
        case OP.leave:
          this.#leave(who);
          return;
        case OP.gather:
          this.#gather(operand, who);
          return;
        case OP.scatter:
          this.#scatter(who);
          break;
        case OP.fork:
          this.#fork(operand, who);
          return;
        default:
          if (!flow.untils[operand].holds(this.asked(who), this.view)) {
            this.#await(operand, who);
            return;
          }
      }
      this.visited(at, who);
      customers.place[who] = at + 1;
    }
    this.#round = this.#label(who)!;
  }

  #label(who: number): string | undefined {
    return this.flow.labels[this.customers.place[who]];
  }

  visited(at: number, who: number): void {
    const column = this.flow.visits[at];
    if (column >= 0) this.customers.visits[column][who]++;
  }

  /** Lets one go on that has just been given what it waited for; an interrupted one serves what was left. */
  #continue(who: number): void {
    const { left } = this.customers;
    const rest = left[who];
    if (Number.isNaN(rest)) {
      this.#go(who);
      return;
    }
    left[who] = Number.NaN;
    this.tell('start', who);
    this.#hold(who, rest);
  }

  #hold(who: number, time: number): void {
    const { customers } = this;
    const end = this.now + time;
    customers.due[who] = end;
    this.calendar.schedule(end, EVENT.resume, who, ++customers.stamp[who]);
  }

  /** The index of a customer's random number at the step where it is. */
  draw(who: number, index: number): number {
    const { customers, flow } = this;
    const at = customers.place[who];
    const column = flow.visits[at];
    const visit = column < 0 ? 0 : customers.visits[column][who] & 0x7fff;
    const j = (customers.source[who] << 20) | (visit << 5) | index;
    return this.#sites[flow.sites[at]].uniform(customers.serial[who], j >>> 0);
  }

  time(time: OfCustomer<Duration | number>, who: number, index: number): number {
    const given = typeof time === 'function' ? time(this.asked(who), this.view) : time;
    const drawn = typeof given === 'number' ? given : given.atSurvival(this.draw(who, index));
    if (!(drawn >= 0 && drawn < Number.POSITIVE_INFINITY)) {
      const label = this.#label(who);
      throw new RangeError(`${label}: a time is finite and 0 or more, not ${drawn}.`);
    }
    return drawn;
  }

  asked(who: number): CustomerView {
    this.#who.row = who;
    return this.#who;
  }

  advance(who: number): void {
    const { customers } = this;
    this.visited(customers.place[who], who);
    customers.place[who]++;
  }

  #branch(operand: number, who: number): number {
    const { choose, ends, places } = this.flow.branches[operand];
    const at = this.customers.place[who];
    if (choose !== null) {
      const route = (choose as (w: CustomerView, v: WorldView) => string | null)(this.asked(who), this.view);
      if (route === null) return NONE;
      const place = this.flow.placeOf.get(route);
      if (place === undefined) throw new RangeError(`${this.flow.labels[at]} chose “${route}”, which is no route.`);
      this.visited(at, who);
      return place;
    }
    const u = this.draw(who, DRAW.branch);
    for (let i = 0; i < ends.length; i++) {
      if (u < ends[i]) {
        this.visited(at, who);
        return places[i];
      }
    }
    return NONE;
  }

  #leave(who: number): void {
    const { customers } = this;
    if (customers.holding[who] > 0) {
      const held = this.flow.seizes.filter((seize) => customers.taken[seize.index][who] !== NONE);
      throw new RangeError(`A customer leaves and still holds what “${held[0].name}” took.`);
    }
    this.tell('leave', who);
    const parent = customers.parent[who];
    if (parent === NONE) {
      this.stays[customers.source[who]].add(this.now - customers.born[who]);
    } else if (--customers.pending[parent] === 0) {
      this.advance(parent);
      this.push(parent);
    }
    customers.remove(who);
  }

  #gather(index: number, who: number): void {
    const { customers } = this;
    const group = this.groups[index];
    const { size, atMost } = this.flow.gathers[index];
    customers.after[who] = NONE;
    if (group.size === 0) {
      group.first = who;
      if (atMost !== undefined) this.calendar.schedule(this.now + atMost, EVENT.gather, index, group.number);
    } else {
      customers.after[group.last] = who;
    }
    group.last = who;
    group.size++;
    if (group.size === size) this.#send(index);
  }

  /** Lets a group go, led by its first member. */
  #send(index: number): void {
    const { customers } = this;
    const group = this.groups[index];
    const leader = group.first;
    customers.member[leader] = customers.after[leader];
    group.first = NONE;
    group.last = NONE;
    group.size = 0;
    group.number++;
    this.advance(leader);
    this.push(leader);
  }

  /** The members of a group go on each for itself, from where their leader is. */
  #scatter(who: number): void {
    const { customers } = this;
    let member = customers.member[who];
    customers.member[who] = NONE;
    while (member !== NONE) {
      const behind = customers.after[member];
      customers.place[member] = customers.place[who] + 1;
      this.push(member);
      member = behind;
    }
  }

  #fork(index: number, who: number): void {
    const { customers } = this;
    const places = this.flow.forks[index];
    customers.pending[who] = places.length;
    for (const place of places) {
      const child = customers.create(customers.source[who], customers.serial[who], customers.born[who], place);
      customers.parent[child] = who;
      for (const column of customers.attributes) column[child] = column[who];
      this.push(child);
    }
  }

  #await(index: number, who: number): void {
    const { customers } = this;
    customers.priority[who] = 0;
    customers.key[who] = this.allocation.order++;
    this.lines.join(this.flow.resources.length + index, who);
  }

  signal(name: string): void {
    const { customers, flow, lines } = this;
    flow.untils.forEach((until, index) => {
      if (until.name !== name) return;
      let who = lines.head[flow.resources.length + index];
      while (who !== NONE) {
        const behind = customers.after[who];
        if (until.holds(this.asked(who), this.view)) {
          this.allocation.unqueue(who);
          this.advance(who);
          this.push(who);
        }
        who = behind;
      }
    });
  }

  push(who: number): void {
    const ready = this.#ready;
    ready[this.#readyEnd] = who;
    this.#readyEnd = (this.#readyEnd + 1) & (ready.length - 1);
    if (this.#readyEnd !== this.#readyStart) return;
    const longer = new Int32Array(2 * ready.length);
    for (let i = 0; i < ready.length; i++) longer[i] = ready[(this.#readyStart + i) & (ready.length - 1)];
    this.#readyStart = 0;
    this.#readyEnd = ready.length;
    this.#ready = longer;
  }

  #pop(): number {
    const who = this.#ready[this.#readyStart];
    this.#readyStart = (this.#readyStart + 1) & (this.#ready.length - 1);
    return who;
  }

  /** Puts a customer into the world where it is now, and draws what still lies before it there. */
  inject(given: Injected): void {
    const { flow, customers } = this;
    const source = flow.sources.findIndex(({ name }) => name === given.source);
    if (source < 0) throw new RangeError(`“${given.source}” is no source of the flow.`);
    const label = `${given.route} / ${given.step}`;
    const at = (op: number) => flow.labels.findIndex((other, place) => other === label && flow.ops[place] === op);
    // Where the step takes what it holds, a customer that holds it is in service, and one that does not waits.
    const waits = given.holds === undefined || !(given.step in given.holds) ? at(OP.seize) : NONE;
    const place = waits === NONE ? at(OP.hold) : waits;
    if (place < 0) throw new RangeError(`“${label}” is no step at which a customer stays or waits.`);
    if (!(given.elapsed >= 0))
      throw new RangeError(`${label}: a customer has been there for 0 or more, not ${given.elapsed}.`);
    const who = customers.create(source, given.serial, given.born, place);
    for (const [name, value] of Object.entries(given.attributes ?? {})) this.asked(who).set(name, value);
    for (const [step, alternative] of Object.entries(given.holds ?? {})) {
      const seize = flow.seizes.find(({ name }) => name === step);
      if (seize === undefined) throw new RangeError(`“${step}” is no step that takes a resource.`);
      this.allocation.take(seize, alternative ?? 0, who, 0);
    }
    if (flow.ops[place] === OP.hold) {
      const { time } = flow.holds[flow.operands[place]];
      const given_ = typeof time === 'function' ? time(this.asked(who), this.view) : time;
      const u = this.draw(who, DRAW.hold);
      const left =
        typeof given_ === 'number'
          ? Math.max(0, given_ - given.elapsed)
          : remaining(given_, given.elapsed).atSurvival(u);
      this.#hold(who, left);
      return;
    }
    this.#go(who);
    if (customers.line[who] !== NONE) customers.since[who] = this.now - given.elapsed;
    this.#settle();
    if (this.#round !== '') throw new RangeError(`${this.#round}: it goes round without time passing.`);
  }
}
