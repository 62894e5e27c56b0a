import { randomStream } from '@gemel/numerics';
import { RootFinder } from '@gemel/numerics/ode/roots';
import type { Solver, Stepper } from '@gemel/numerics/ode/solver';
import type { CompiledModel } from '../program/compiled-model.ts';
import { BreakingPoints } from './breaking-points.ts';
import { DoseSchedule } from './dose-schedule.ts';
import { simulationErrors } from './errors.data.ts';
import { Evaluation } from './evaluation.ts';
import { EventQueue } from './event-queue.ts';
import { chatterHalt, doseHalt, eventHalt, faultHalt, Halt, nearestCondition, stepHalt } from './halt.ts';
import { InputValues } from './input-values.ts';
import { modelSolver } from './model-solver.ts';
import { PileUps } from './pile-up.ts';
import { QuantityReader } from './quantity-reader.ts';
import { type ResolvedRequest, resolveRequest } from './request.ts';
import type { SimulationRequest, SimulationResult } from './simulation.ts';
import { steadyStateSearch } from './steady-state.ts';
import { still } from './still.ts';
import { type TimeSwitches, timeSwitches } from './time-switches.ts';

/**
 * Runs a compiled model over the times asked for. What cannot be understood is refused before the run; what goes wrong in
 * it ends it with a status and the values reached.
 * @throws CodedError with a code that begins with `simulation-`
 */
export function simulate(model: CompiledModel, request: SimulationRequest): SimulationResult {
  const [draw] = model.model.draws ?? [];
  if (draw !== undefined) {
    const message = `${model.model.id} draws random numbers (${draw.input}: ${draw.family})`;
    throw simulationErrors.error('simulation-random-numbers', message, { element: draw.input });
  }
  return new Run(model, resolveRequest(model, request)).result();
}

/** Lags below this share of the whole span do not bound the steps. */
const SHORT_LAG = 1e-6;
/** An event this long before chatter (as a share of the span) is part of it. */
const JUST_BEFORE = 1e-4;
/** An output this near before something that happens (as a share of the larger of time and span) is taken at it. */
const SAME_TIME = 1e-13;

class Run {
  readonly #model: CompiledModel;
  readonly #request: ResolvedRequest;
  readonly #solver: Solver;
  readonly #evaluation: Evaluation;
  readonly #events: EventQueue;
  readonly #pileUps: PileUps;
  readonly #doses: DoseSchedule;
  readonly #reader: QuantityReader;
  readonly #breaking = new BreakingPoints();
  readonly #timed: TimeSwitches;
  readonly #happened: { readonly time: number; readonly id: string }[] = [];
  readonly #values: Float64Array;
  readonly #y: Float64Array;
  readonly #inside: Float64Array;
  readonly #span: number;
  #stepper: Stepper | null = null;
  #finder: RootFinder | null = null;
  #switchTime = 0;
  #told = 0;
  #reached: number;

  constructor(model: CompiledModel, request: ResolvedRequest) {
    const { times, parameters, inputs, doses, control, seed } = request;
    const start = times[0];
    const { states } = model.model;
    const n = states.length;
    const rests = doses.length === 0 && states.every(({ rate }) => rate.kind === 'number' && rate.value === 0);
    this.#model = model;
    this.#request = request;
    this.#reached = start;
    this.#span = times[times.length - 1] - start;
    this.#evaluation = new Evaluation(model, parameters, new InputValues(model.model.inputs, inputs), start);
    this.#solver = rests ? still : modelSolver(request.solver, this.#evaluation, request.repeated);
    this.#pileUps = new PileUps(model.model.events.length, this.#span);
    this.#events = new EventQueue(model, randomStream(seed, 'events'), (time, event) => {
      this.#happened.push({ time, id: model.model.events[event].id });
      this.#pileUps.happened(time, event);
    });
    this.#doses = new DoseSchedule(doses, steadyStateSearch(this.#evaluation, this.#solver, control));
    this.#reader = new QuantityReader(model, request.outputs);
    this.#timed =
      model.switches > 0 ? timeSwitches(model.model, parameters) : { times: [], period: Number.POSITIVE_INFINITY };
    this.#values = new Float64Array(request.names.length * times.length);
    this.#y = new Float64Array(n);
    this.#inside = new Float64Array(n);
  }

  result(): SimulationResult {
    let halt: Halt | null = null;
    try {
      this.#run();
    } catch (error) {
      if (!(error instanceof Halt)) throw error;
      halt = error;
    }
    const { times, names } = this.#request;
    const told = this.#told;
    const counts = this.#stepper?.counts ?? { accepted: 0, rejected: 0, evaluations: 0 };
    const all = times.length;
    const partial = () => {
      const values = new Float64Array(names.length * told);
      for (let i = 0; i < names.length; i++) values.set(this.#values.subarray(i * all, i * all + told), i * told);
      return values;
    };
    return {
      times: told === all ? times : times.slice(0, told),
      names,
      values: told === all ? this.#values : partial(),
      status: halt?.status ?? 'complete',
      problem: halt?.problem ?? null,
      reached: this.#reached,
      events: this.#happened,
      counts: {
        steps: counts.accepted,
        rejected: counts.rejected,
        evaluations: counts.evaluations,
        method: this.#solver.name,
      },
    };
  }

  #run(): void {
    const { times, mostSteps } = this.#request;
    const evaluation = this.#evaluation;
    const end = times[times.length - 1];
    const last = end + SAME_TIME * Math.max(Math.abs(end), this.#span);
    this.#begin();
    const stepper = this.#stepper!;
    // Moves only where something happens.
    let stop = this.#nextStop();
    for (let count = 0; this.#reached < end; count++) {
      const from = this.#reached;
      if (count >= mostSteps) throw stepHalt('too-many-steps', evaluation, from, stepper.y);
      // Steps longer than what returns in time would pass conditions on it unseen.
      let limit = Math.min(stop <= last ? stop : end, from + this.#timed.period / 2);
      if (evaluation.history !== null) {
        const lag = evaluation.shortestLag();
        if (lag > SHORT_LAG * this.#span) limit = Math.min(limit, from + lag);
      }
      if (limit - from <= 4.5e-16 * Math.abs(from)) {
        // Too near for a step: what happens there happens with the state as it is.
        this.#y.set(stepper.y);
        this.#happen(limit, limit >= stop);
        stop = this.#nextStop();
        continue;
      }
      evaluation.limit = limit;
      const root = this.#step(limit);
      const to = root === undefined ? stepper.t : root.t;
      const pile = this.#pileUps.at(to, this.#events.was);
      if (pile !== null) throw chatterHalt(this.#model.model.events[pile.event].id, pile.time);
      if (evaluation.history !== null) this.#keep(to);
      const due = root !== undefined || to >= stop;
      this.#tellBefore(due ? to - SAME_TIME * Math.max(Math.abs(to), this.#span) : to);
      this.#y.set(root === undefined ? stepper.y : root.y);
      evaluation.limit = Number.POSITIVE_INFINITY;
      if (due) {
        if (this.#finder?.chatters) throw chatterHalt(this.#chattering(to), to);
        this.#happen(to, to >= stop);
        stop = this.#nextStop();
      } else {
        this.#reached = to;
        evaluation.settle(to, this.#y);
        if (times[this.#told] === to) this.#tell(to, this.#y);
      }
    }
  }

  /** What switches again and again at t: the event just carried out, else a condition. */
  #chattering(t: number): string {
    const last = this.#happened.at(-1);
    const just = last !== undefined && t - last.time <= JUST_BEFORE * this.#span;
    return just ? last.id : nearestCondition(this.#evaluation, t, this.#y);
  }

  /** The model at the start, made consistent, with what happens there. */
  #begin(): void {
    const evaluation = this.#evaluation;
    const { times, parameters, initial, control } = this.#request;
    const start = times[0];
    const y = this.#y;
    const { u, w } = evaluation.values;
    this.#model.initial(start, parameters, u, y, w);
    for (const { state, value } of initial) y[state] = value;
    evaluation.anchor();
    if (!evaluation.at(start, y)) throw faultHalt(evaluation, start);
    evaluation.remember(initial);
    try {
      this.#stepper = this.#solver.start(evaluation.system, start, y, control);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      throw simulationErrors.error('simulation-control', error.message);
    }
    if (this.#model.switches > 0) {
      const values = (t: number, at: Float64Array, out: Float64Array) => {
        evaluation.at(t, at);
        this.#model.switchValues(evaluation.values, out);
      };
      this.#finder = new RootFinder({ count: this.#model.switches, values }, y.length, this.#span);
    }
    this.#happen(start, true);
  }

  #nextStop(): number {
    const { times } = this.#timed;
    while (this.#switchTime < times.length && times[this.#switchTime] <= this.#reached) this.#switchTime++;
    const timed = times[this.#switchTime] ?? Number.POSITIVE_INFINITY;
    return Math.min(timed, this.#evaluation.inputs.next, this.#doses.next, this.#events.next, this.#breaking.next);
  }

  /** One step, and the first place in it at which a condition switches. */
  #step(limit: number): ReturnType<RootFinder['find']> {
    const stepper = this.#stepper!;
    const from = stepper.t;
    this.#evaluation.fault = null;
    let status = stepper.step(limit);
    if (status !== 'stepped') throw stepHalt(status, this.#evaluation, from, stepper.y);
    const root = this.#finder?.find(stepper);
    if (root === undefined || this.#request.control.kind === 'adaptive') return root;
    // Without error control the interpolant is no better than the step, which went over the switch: end it short of that.
    const width = stepper.t - from;
    const before = root.t - Math.max(1e-12 * width, 2e-15 * Math.abs(root.t));
    if (before - from <= 1e-9 * width) return root;
    stepper.interpolate(from, this.#inside);
    stepper.restart(from, this.#inside);
    this.#finder!.start(from, this.#inside);
    status = stepper.step(before);
    if (status !== 'stepped') throw stepHalt(status, this.#evaluation, from, stepper.y);
    return this.#finder!.find(stepper);
  }

  /** All that happens at t, with the state `y` as it is before; then the run goes on from there. */
  #happen(t: number, stop: boolean): void {
    const evaluation = this.#evaluation;
    const stepper = this.#stepper!;
    const y = this.#y;
    const begun = this.#told > 0;
    this.#reached = t;
    evaluation.putBack(y);
    let jumped = !begun;
    if (stop) {
      if (evaluation.inputs.next <= t) {
        evaluation.begin(t);
        jumped = true;
      }
      const doses = this.#doses.process(t, y, evaluation);
      if (doses.kind !== 'done') throw doseHalt(doses, evaluation, t);
      jumped ||= doses.changed;
    }
    if (this.#model.model.events.length > 0) {
      const events = this.#events.process(t, y, evaluation);
      if (events.kind !== 'done') throw eventHalt(events, evaluation, t);
      jumped ||= events.changed;
    }
    evaluation.setAside(y);
    if (!evaluation.at(t, y)) throw faultHalt(evaluation, t);
    if (evaluation.history !== null) this.#breaking.pass(t, jumped, evaluation.lags);
    evaluation.settle(t, y);
    const first = jumped || !begun || Number.isNaN(stepper.next) ? undefined : stepper.next;
    stepper.restart(t, y, first);
    this.#finder?.start(t, y);
    const { times } = this.#request;
    while (this.#told < times.length && times[this.#told] <= t) this.#tell(t, y);
  }

  /** Takes the last step, as far as `to`, into the history. */
  #keep(to: number): void {
    const stepper = this.#stepper!;
    this.#evaluation.keep(to, (t) => {
      stepper.interpolate(t, this.#inside);
      return this.#inside;
    });
  }

  /** Outputs inside the last step, before `until`. */
  #tellBefore(until: number): void {
    const { times } = this.#request;
    while (this.#told < times.length && times[this.#told] < until) {
      const t = times[this.#told];
      this.#stepper!.interpolate(t, this.#inside);
      this.#tell(t, this.#inside);
    }
  }

  #tell(t: number, y: Float64Array): void {
    this.#evaluation.at(t, y);
    this.#reader.read(this.#evaluation, this.#values, this.#told, this.#request.times.length);
    this.#told++;
  }
}
