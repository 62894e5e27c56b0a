import { RootFinder } from '../ode/roots.ts';
import type { OdeSystem, Solver, Stepper, StepRecord, StepStatus } from '../ode/solver.ts';
import { type StepControl, shortestStep } from '../ode/step-control.ts';
import { History } from './history.ts';

/** A problem dy/dt = f(t, y(t), y(t − τ₀), y(t − τ₁), …) with lags that are constant or depend on time and state. */
export interface DelaySystem {
  readonly dimension: number;
  /** Number of lags. */
  readonly delays: number;
  /** The lags, none negative: constant, or written into `out` for (t, y). */
  readonly lags: Float64Array | ((t: number, y: Float64Array, out: Float64Array) => void);
  /** No lag is ever longer; absent, the whole solution is kept where lags are not constant. */
  readonly longest?: number;
  /** Writes f into `dy`. `delayed` holds the whole state at each lag, one after the other: delays × dimension. */
  rhs(t: number, y: Float64Array, delayed: Float64Array, dy: Float64Array): void;
  /** The solution at times up to the start. */
  history(t: number, out: Float64Array): void;
  /** ∂f/∂y, the delayed states held; as in OdeSystem. */
  readonly jacobian?: {
    readonly starts: Int32Array;
    readonly rowIndices: Int32Array;
    values?(t: number, y: Float64Array, delayed: Float64Array, out: Float64Array): void;
  };
  readonly positive?: readonly number[];
}

/** A stepper that knows its past. */
export interface DelayStepper extends Stepper {
  readonly history: History;
}

/** Steps in a row that were cut at a crossing right where they began, after which lags no longer lead on. */
const MOST_CUTS = 100;

/**
 * The method of steps: a solver for ordinary equations with the delayed states looked up in the dense output of its past
 * steps, no step longer than the shortest lag. Where the solution is not smooth (its start, jumps, and whatever lags carry
 * on from there) steps end, until the solution is smoother than the solver's order asks. Bellen, Zennaro, Numerical Methods for
 * Delay Differential Equations, 2003, ch. 3–4; Shampine, Thompson, Appl. Numer. Math. 2001;37:441.
 */
export function startDelayed(
  solver: Solver,
  system: DelaySystem,
  t: number,
  y: Float64Array,
  control: StepControl,
): DelayStepper {
  return new MethodOfSteps(solver, system, t, y, control);
}

/** A time at which a derivative of the solution jumps: that of order `level` + 1, at level 0 perhaps the solution itself. */
interface Break {
  readonly t: number;
  readonly level: number;
}

/** A break that lag `delay` has yet to reach. */
interface Source extends Break {
  readonly delay: number;
}

class MethodOfSteps implements DelayStepper {
  readonly history: History;
  readonly #system: DelaySystem;
  readonly #base: Stepper;
  readonly #order: number;
  readonly #lags: Float64Array;
  readonly #delayed: Float64Array;
  readonly #rows: readonly Float64Array[];
  /** Breaks to come, ascending: known ahead where lags are constant. */
  #ahead: readonly Break[] = [];
  /** Breaks behind that lags have not yet reached, by lag: for lags that are not constant. */
  #sources: readonly Source[] = [];
  #finder: RootFinder | undefined;
  /** Times at which the state itself may jump. */
  #jumps: number[];
  /** The last step, as cut. */
  #last: StepRecord;
  /** What was to come when it began, for a restart inside it. */
  #saved: { readonly ahead: readonly Break[]; readonly sources: readonly Source[] } = { ahead: [], sources: [] };
  #cuts = 0;

  constructor(solver: Solver, system: DelaySystem, t: number, y: Float64Array, control: StepControl) {
    const n = system.dimension;
    this.#system = system;
    this.#order = solver.order;
    this.#lags = new Float64Array(system.delays);
    this.#delayed = new Float64Array(system.delays * n);
    this.#rows = Array.from({ length: system.delays }, (_, k) => this.#delayed.subarray(k * n, (k + 1) * n));
    const constant = system.lags instanceof Float64Array ? Math.max(0, ...system.lags) : Number.POSITIVE_INFINITY;
    this.history = new History(t, y, (at, out) => system.history(at, out), system.longest ?? constant);
    this.#jumps = [t];
    const { jacobian } = system;
    const inner: OdeSystem = {
      dimension: n,
      rhs: (at, state, dy) => {
        this.#lookUp(at, state);
        system.rhs(at, state, this.#delayed, dy);
      },
      ...(system.positive === undefined ? {} : { positive: system.positive }),
      ...(jacobian === undefined
        ? {}
        : {
            jacobian: {
              starts: jacobian.starts,
              rowIndices: jacobian.rowIndices,
              ...(jacobian.values === undefined
                ? {}
                : {
                    values: (at: number, state: Float64Array, out: Float64Array) => {
                      this.#lookUp(at, state);
                      jacobian.values!(at, state, this.#delayed, out);
                    },
                  }),
            },
          }),
    };
    this.#base = solver.start(inner, t, y, control);
    this.#last = this.#base.record();
    this.#breakAt({ t, level: 0 });
  }

  get t(): number {
    return this.#base.t;
  }

  get y(): Float64Array {
    return this.#base.y;
  }

  get previous(): number {
    return this.#last.from;
  }

  get next(): number {
    return this.#base.next;
  }

  get counts() {
    return this.#base.counts;
  }

  #lagsAt(t: number, y: Float64Array): Float64Array {
    const { lags } = this.#system;
    if (lags instanceof Float64Array) return lags;
    lags(t, y, this.#lags);
    return this.#lags;
  }

  #lookUp(t: number, y: Float64Array): void {
    const lags = this.#lagsAt(t, y);
    const atStart = t === this.history.end;
    for (let k = 0; k < lags.length; k++) {
      const row = this.#rows[k];
      if (lags[k] === 0) {
        row.set(y);
        continue;
      }
      let from = t - lags[k];
      let jump = false;
      for (const at of this.#jumps) {
        if (Math.abs(from - at) > 8 * shortestStep(Math.max(Math.abs(t), Math.abs(lags[k]), Math.abs(at)))) continue;
        from = at;
        jump = true;
        break;
      }
      // A step begins on the right of a jump and ends on its left.
      this.history.at(from, row, jump && !atStart ? 'left' : 'right');
    }
  }

  /** Notes where a break at t will be felt again. */
  #breakAt({ t, level }: Break): void {
    if (level > this.#order) return;
    const { lags, delays } = this.#system;
    if (lags instanceof Float64Array) {
      const ahead = [...this.#ahead];
      for (const lag of lags) {
        if (lag === 0) continue;
        const at = t + lag;
        const near = ahead.findIndex((other) => Math.abs(other.t - at) <= 8 * shortestStep(at));
        if (near < 0) ahead.push({ t: at, level: level + 1 });
        else ahead[near] = { t: ahead[near].t, level: Math.min(ahead[near].level, level + 1) };
      }
      this.#ahead = ahead.sort((a, b) => a.t - b.t);
      return;
    }
    const more = Array.from({ length: delays }, (_, delay) => ({ delay, t, level: level + 1 }));
    this.#sources = [...this.#sources, ...more];
    this.#renewFinder();
  }

  /** For the sources as they are now, from the present state. */
  #renewFinder(): void {
    const sources = this.#sources;
    const lags = new Float64Array(this.#system.delays);
    const find = this.#system.lags as (t: number, y: Float64Array, out: Float64Array) => void;
    this.#finder = new RootFinder(
      {
        count: sources.length,
        values(t, y, out) {
          find(t, y, lags);
          for (const [i, source] of sources.entries()) out[i] = t - lags[source.delay] - source.t;
        },
      },
      this.#system.dimension,
      Number.MIN_VALUE,
    );
    this.#finder.start(this.t, this.y);
  }

  step(limit: number): StepStatus {
    const { t: start } = this;
    let shortest = Number.POSITIVE_INFINITY;
    for (const lag of this.#lagsAt(start, this.y)) {
      if (!(lag >= 0)) return 'not-finite';
      if (lag > 0) shortest = Math.min(shortest, lag);
    }
    this.#ahead = this.#ahead.filter(({ t }) => t > start + 8 * shortestStep(start));
    this.#saved = { ahead: this.#ahead, sources: this.#sources };
    const coming = this.#ahead[0];
    const status = this.#base.step(Math.min(limit, start + shortest, coming?.t ?? limit));
    if (status !== 'stepped') return status;
    this.#last = this.#base.record();
    this.history.add(this.#last, this.#base.y);
    const crossing = this.#crossing();
    if (crossing !== undefined) {
      this.#cuts = crossing.t - start <= 16 * shortestStep(start) ? this.#cuts + 1 : 0;
      if (this.#cuts > MOST_CUTS) return 'step-too-small';
      this.#breakAt(crossing);
    } else if (coming !== undefined && this.t === coming.t) {
      // f itself jumps where a jump of the state comes back.
      if (coming.level <= 1) this.#base.restart(this.t, this.#base.y, this.#base.next);
      this.#breakAt(coming);
    }
    return 'stepped';
  }

  /** The first time in the last step at which a lag, not constant, reaches a break; the step is then cut there. */
  #crossing(): Break | undefined {
    const root = this.#finder?.find(this.#base);
    if (root === undefined) return undefined;
    const reached = root.changed.map(({ index }) => this.#sources[index]);
    this.#sources = this.#sources.filter((source) => !reached.includes(source));
    this.#last = { ...this.#last, to: root.t };
    this.history.cut(root.t, root.y);
    this.#base.restart(root.t, root.y, this.#base.next);
    return { t: root.t, level: Math.min(...reached.map((source) => source.level)) };
  }

  interpolate(t: number, out: Float64Array): void {
    if (t === this.t) out.set(this.y);
    else this.#last.interpolate(t, out);
  }

  record(): StepRecord {
    return this.#last;
  }

  restart(t: number, y: Float64Array, first?: number): void {
    if (t < this.#last.to) {
      this.#ahead = this.#saved.ahead;
      this.#sources = this.#saved.sources;
    }
    this.history.cut(t, y);
    this.#base.restart(t, y, first);
    this.#last = { from: t, to: t, interpolate: this.#last.interpolate };
    this.#jumps = [...this.#jumps.filter((at) => at >= t - this.history.memory), t];
    this.#breakAt({ t, level: 0 });
  }
}
