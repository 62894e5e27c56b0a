import type { RandomStream } from '@gemel/numerics/random/stream';
import type { JumpStatus, JumpStepper, JumpSystem } from '@gemel/numerics/ssa/jump-system';
import type { CompiledModel, Values } from '../program/compiled-model.ts';
import { Evaluation } from '../simulate/evaluation.ts';
import { EventQueue } from '../simulate/event-queue.ts';
import { InputValues } from '../simulate/input-values.ts';
import { QuantityReader } from '../simulate/quantity-reader.ts';
import { Crossings } from './crossings.ts';
import { drawOf } from './draw-families.ts';
import { type RunOutcome, type StochasticRuns, statusOf } from './runs.ts';

/** Events in one run, after which no end of them is expected: a trigger that turns again as soon as time goes on. */
const MOST_EVENTS = 1_000_000;

/** One run in the middle of its work. */
export class StochasticRun {
  readonly #runs: StochasticRuns;
  readonly #evaluation: Evaluation;
  readonly #inputs: InputValues;
  readonly #queue: EventQueue;
  readonly #crossings: Crossings;
  readonly #system: JumpSystem;
  readonly #stepper: JumpStepper;
  /** State at `#flowedFrom`, where the flows began to be what they are. */
  readonly #base: Float64Array;
  readonly #flows: Float64Array;
  readonly #reader: QuantityReader;
  readonly #moveTo = (t: number): Values => this.#at(t);
  #flowedFrom: number;
  #events = 0;
  #lastEvent = 0;
  #failure: { status: RunOutcome['status']; element: string } | null = null;

  constructor(runs: StochasticRuns, random: RandomStream) {
    const { model, request } = runs;
    const compiled = withDraws(runs, random.fork('draws'));
    const start = request.times[0];
    this.#runs = runs;
    this.#inputs = new InputValues(compiled.model.inputs, request.inputs);
    this.#evaluation = new Evaluation(compiled, request.parameters, this.#inputs, start);
    this.#queue = new EventQueue(compiled, random.fork('events'), (_time, event) => {
      this.#events++;
      this.#lastEvent = event;
    });
    this.#crossings = new Crossings(model);
    const v = this.#evaluation.values;
    const y = new Float64Array(compiled.model.states.length);
    compiled.initial(start, request.parameters, v.u, y, v.w);
    for (const { state, value } of request.initial) y[state] = value;
    this.#system = model.system(v);
    this.#stepper = runs.method.start(this.#system, start, y, random.fork('jumps'));
    this.#base = Float64Array.from(y);
    this.#flows = new Float64Array(y.length);
    this.#reader = new QuantityReader(compiled, request.outputs);
    this.#flowedFrom = start;
  }

  record(out: Float64Array): RunOutcome {
    const { times } = this.#runs;
    out.fill(Number.NaN);
    this.#settle(true);
    let recorded = 0;
    for (; recorded < times.length && this.#failure === null; recorded++) {
      if (!this.#advance(times[recorded]) || this.#belowZero()) break;
      this.#write(recorded, out);
    }
    return {
      status: this.#failure?.status ?? 'complete',
      reached: this.#stepper.t,
      recorded,
      jumps: this.#stepper.happened,
      events: this.#events,
      element: this.#failure?.element ?? '',
    };
  }

  /** Up to and at `until`, with all that happens then; false where the run cannot go on. */
  #advance(until: number): boolean {
    const { model, mostJumps } = this.#runs;
    const stepper = this.#stepper;
    while (stepper.t < until) {
      let to = Math.min(until, this.#queue.next, this.#inputs.next);
      if (model.answersToJumps && stepper.next !== undefined) {
        const next = stepper.next();
        if (next < to) to = next;
      }
      let crossed = false;
      if (model.movingTriggers) {
        const turn = this.#crossings.next(stepper.t, to, this.#queue.was, this.#moveTo);
        if (turn <= to) {
          to = turn;
          crossed = true;
        }
      }
      const left = mostJumps - stepper.happened;
      // Leaps have no next jump to be told: they are looked at one by one.
      const most = model.answersToJumps && stepper.next === undefined ? Math.min(1, left) : left;
      const status = stepper.advance(to, most);
      if (status !== 'reached' && (status !== 'more' || most === left)) return this.#fail(status);
      const { t } = stepper;
      this.#flow(t);
      const edge = t === this.#inputs.next;
      if (edge) this.#evaluation.begin(t);
      if (edge || crossed || model.answersToJumps || this.#queue.next <= t) {
        if (!this.#settle(edge)) return false;
      }
    }
    return true;
  }

  /** Carries out the events due, and starts the jumps and flows anew where something has changed. */
  #settle(changed: boolean): boolean {
    const stepper = this.#stepper;
    const { t, y } = stepper;
    const { compiled, flowing } = this.#runs.model;
    if (compiled.model.events.length > 0) {
      const outcome = this.#queue.process(t, y, this.#evaluation);
      if (outcome.kind !== 'done' || this.#events > MOST_EVENTS) {
        const event = 'event' in outcome ? outcome.event : this.#lastEvent;
        const element = compiled.model.events[event].id;
        this.#failure = { status: 'endless-events', element };
        return false;
      }
      changed ||= outcome.changed;
    }
    if (changed) stepper.restart(t, y);
    if (flowing.length > 0) {
      this.#base.set(y);
      this.#flowedFrom = t;
      this.#evaluation.at(t, y);
      compiled.rates(this.#evaluation.values, this.#flows);
    }
    return true;
  }

  #flow(t: number): void {
    const { y } = this.#stepper;
    for (const i of this.#runs.model.flowing) y[i] = this.#base[i] + this.#flows[i] * (t - this.#flowedFrom);
  }

  /** Values at t were no jump to happen before it. */
  #at(t: number): Values {
    this.#flow(t);
    this.#evaluation.at(t, this.#stepper.y);
    return this.#evaluation.values;
  }

  #fail(status: Exclude<JumpStatus, 'reached'>): false {
    const { jumps } = this.#runs.model;
    let element = '';
    if (status !== 'more') {
      const propensities = new Float64Array(jumps.length);
      this.#system.propensities(this.#stepper.y, propensities);
      const at = propensities.findIndex((a) => !(a >= 0 && a < Number.POSITIVE_INFINITY));
      element = at < 0 ? 'all reactions together' : jumps[at].id;
    }
    this.#failure = { status: statusOf(status), element };
    return false;
  }

  #belowZero(): boolean {
    const { jumping, compiled } = this.#runs.model;
    for (const i of jumping) {
      if (!(this.#stepper.y[i] < 0)) continue;
      this.#failure = { status: 'negative-count', element: compiled.model.states[i].name };
      return true;
    }
    return false;
  }

  #write(i: number, out: Float64Array): void {
    this.#evaluation.at(this.#stepper.t, this.#stepper.y);
    this.#reader.read(this.#evaluation, out, i, this.#runs.times.length);
  }
}

/** The model with its random numbers drawn whenever an event's values are worked out. */
function withDraws(runs: StochasticRuns, random: RandomStream): CompiledModel {
  const { compiled, draws, eventDraws } = runs.model;
  const drawn = compiled.model.draws ?? [];
  if (drawn.length === 0) return compiled;
  const places = drawn.map(({ input }) => compiled.model.inputs.findIndex(({ name }) => name === input));
  return {
    ...compiled,
    event(e, v, out) {
      for (const d of eventDraws[e]) {
        v.u[places[d]] = drawOf(drawn[d].family, Array.from(draws[d](v)), random, drawn[d].input);
      }
      compiled.event(e, v, out);
    },
  };
}
