import type { RandomStream } from '@gemel/numerics';
import type { CompiledModel } from '../program/compiled-model.ts';
import type { Evaluation } from './evaluation.ts';

/** Events at one time, after which no end of them is expected. */
const MOST_AT_ONCE = 10_000;

/** An event whose trigger has turned and that has not been carried out yet. */
interface Pending {
  readonly event: number;
  readonly time: number;
  /** Worked out when the trigger turned; null where the values at the time of carrying out count. */
  readonly values: Float64Array | null;
}

export type EventOutcome =
  | { readonly kind: 'done'; readonly changed: boolean }
  | { readonly kind: 'singular' }
  | { readonly kind: 'endless'; readonly event: number }
  | { readonly kind: 'delay'; readonly event: number; readonly delay: number };

/**
 * Events as SBML Level 3 Version 2 has them (section 4.11): whenever values have changed, all triggers are asked again, what
 * turned true joins the queue, what turned false leaves it unless persistent, and of what is due the event of highest
 * priority, asked anew, is carried out. Events without priority come last; among equals chance decides.
 */
export class EventQueue {
  /** What each trigger was when last asked. */
  readonly was: Float64Array;
  readonly #model: CompiledModel;
  readonly #random: RandomStream;
  readonly #now: Float64Array;
  readonly #worked: readonly Float64Array[];
  readonly #targets: readonly (readonly number[])[];
  readonly #happened: (time: number, event: number) => void;
  #pending: Pending[] = [];

  constructor(model: CompiledModel, random: RandomStream, happened: (time: number, event: number) => void) {
    const { events, states } = model.model;
    const index = new Map(states.map((state, i) => [state.name, i]));
    this.#model = model;
    this.#random = random;
    this.#happened = happened;
    this.was = Float64Array.from(events, (event) => (event.initially ? 1 : 0));
    this.#now = new Float64Array(events.length);
    this.#worked = events.map((event) => new Float64Array(2 + event.assignments.length));
    this.#targets = events.map((event) => event.assignments.map(({ state }) => index.get(state)!));
  }

  /** Time of the next event already triggered; Infinity without. */
  get next(): number {
    let soonest = Number.POSITIVE_INFINITY;
    for (const { time } of this.#pending) if (time < soonest) soonest = time;
    return soonest;
  }

  /** Carries out all that is due at t, changing y. */
  process(t: number, y: Float64Array, evaluation: Evaluation): EventOutcome {
    let changed = false;
    for (let count = 0; ; count++) {
      if (!evaluation.at(t, y)) return { kind: 'singular' };
      // What an event leaves undetermined stays as it was at the event.
      evaluation.anchor();
      const negative = this.#ask(t, evaluation);
      if (negative !== null) return negative;
      const due = this.#mostUrgent(t, evaluation);
      if (due === null) return { kind: 'done', changed };
      if (count >= MOST_AT_ONCE) return { kind: 'endless', event: due.event };
      this.#pending.splice(this.#pending.indexOf(due), 1);
      const values = due.values ?? this.#work(due.event, evaluation);
      for (const [a, state] of this.#targets[due.event].entries()) y[state] = values[2 + a];
      changed = true;
      this.#happened(t, due.event);
    }
  }

  /** Asks every trigger at the evaluation's point; an event that turned true joins the queue. */
  #ask(t: number, evaluation: Evaluation): EventOutcome | null {
    const { events } = this.#model.model;
    this.#model.triggers(evaluation.values, this.#now);
    for (let e = 0; e < events.length; e++) {
      const now = this.#now[e];
      if (now === this.was[e]) continue;
      this.was[e] = now;
      if (now !== 0) {
        const worked = this.#work(e, evaluation);
        if (!(worked[0] >= 0)) return { kind: 'delay', event: e, delay: worked[0] };
        this.#pending.push({
          event: e,
          time: t + worked[0],
          values: events[e].valuesFromTrigger ? worked.slice() : null,
        });
      } else if (!events[e].persistent && this.#pending.length > 0) {
        this.#pending = this.#pending.filter(({ event }) => event !== e);
      }
    }
    return null;
  }

  #mostUrgent(t: number, evaluation: Evaluation): Pending | null {
    const due = this.#pending.filter(({ time }) => time <= t);
    if (due.length <= 1) return due[0] ?? null;
    const priorities = due.map(({ event }) => {
      const priority = this.#work(event, evaluation)[1];
      return Number.isNaN(priority) ? Number.NEGATIVE_INFINITY : priority;
    });
    const highest = Math.max(...priorities);
    const equals = due.filter((_, i) => priorities[i] === highest);
    return equals.length === 1 ? equals[0] : equals[Math.floor(this.#random.uniform() * equals.length)];
  }

  #work(event: number, evaluation: Evaluation): Float64Array {
    const out = this.#worked[event];
    this.#model.event(event, evaluation.values, out);
    return out;
  }
}
