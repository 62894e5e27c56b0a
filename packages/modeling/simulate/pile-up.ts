/** So many intervals in a row, each shorter than the one before, may end in a pile-up, */
const SHORTENING = 3;
/** once they are shorter than this share of the span, */
const SHORT = 1e-3;
/** and when the trigger has not turned back in so many times the last of them. */
const OVERDUE = 20;

/**
 * Notices events that follow one another faster and faster, as a ball's bounces do, until what lies between two of them is lost
 * in rounding: then the trigger no longer turns back, and the model would go on as if there were no such event.
 */
export class PileUps {
  readonly #last: Float64Array;
  readonly #interval: Float64Array;
  readonly #shortening: Int32Array;
  readonly #span: number;

  constructor(events: number, span: number) {
    this.#last = new Float64Array(events).fill(Number.NaN);
    this.#interval = new Float64Array(events).fill(Number.POSITIVE_INFINITY);
    this.#shortening = new Int32Array(events);
    this.#span = span;
  }

  /** An event has been carried out. */
  happened(t: number, event: number): void {
    const interval = t - this.#last[event];
    this.#last[event] = t;
    // Events at one time are no matter of intervals.
    if (interval === 0) return;
    this.#shortening[event] = interval < this.#interval[event] ? this.#shortening[event] + 1 : 0;
    this.#interval[event] = interval;
  }

  /** The event that has piled up, of those whose trigger has stayed true until t; and when it was last carried out. */
  at(t: number, triggers: Float64Array): { readonly event: number; readonly time: number } | null {
    const event = triggers.findIndex(
      (trigger, e) =>
        trigger !== 0 &&
        this.#shortening[e] >= SHORTENING &&
        this.#interval[e] <= SHORT * this.#span &&
        t - this.#last[e] > OVERDUE * this.#interval[e],
    );
    return event < 0 ? null : { event, time: this.#last[event] };
  }
}
