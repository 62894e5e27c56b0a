import { HIGHEST_ORDER } from './backward-differences.ts';
import { BdfStepper } from './bdf.ts';
import { ExplicitStepper } from './explicit.ts';
import { Rodas5PStepper } from './rodas5p.ts';
import type { OdeSystem, Solver, Stepper, StepRecord, StepStatus } from './solver.ts';
import type { AdaptiveSteps } from './step-control.ts';
import { tsit5 } from './tsit5.ts';
import { vern7 } from './vern7.ts';

/** Relative tolerances below this go to the explicit method of order 7. */
const FINE = 1e-8;
/** Systems above this size go to BDF, whose steps ask for fewer factors and evaluations. */
const LARGE = 60;
/** Explicit steps at the edge of stability, of which none may be clearly inside, before the stiff method takes over. */
const STIFF_STEPS = 10;
/** Stiff steps in a row that an explicit method would be stable for, before it takes over again. */
const MILD_STEPS = 5;
/** Share of the explicit method's stability that counts as its edge, and as clearly inside. */
const EDGE = 0.75;
const INSIDE = 0.4;

type StartRodas5P = (system: OdeSystem, t: number, y: Float64Array, control: AdaptiveSteps) => Rodas5PStepper;

const startGeneral: StartRodas5P = (...from) => new Rodas5PStepper(...from);

/**
 * Explicit steps by Tsit5 or, at fine tolerances, Vern7; where their length is set by stability and no longer by accuracy,
 * Rodas5P or, for large systems, BDF, until steps are again short enough. Hairer, Wanner, Solving Ordinary Differential Equations II,
 * IV.2; Petzold, SIAM J. Sci. Stat. Comput. 1983;4:136. Adaptive steps only (RangeError otherwise).
 */
export const auto = autoWith(startGeneral);

/** `auto` whose Rodas5P is started, where steps first turn stiff, by the function given. */
export function autoWith(startRodas5P: StartRodas5P): Solver {
  return {
    name: 'auto',
    order: 5,
    stiff: true,
    start(system, t, y, control) {
      if (control.kind !== 'adaptive')
        throw new RangeError('auto chooses its own steps: fixed ones need a method named.');
      return new AutoStepper(system, t, y, control, startRodas5P);
    },
  };
}

export class AutoStepper implements Stepper {
  readonly #system: OdeSystem;
  readonly #control: AdaptiveSteps;
  readonly #startRodas5P: StartRodas5P;
  readonly #explicit: ExplicitStepper;
  readonly #stability: number;
  #stiff: Rodas5PStepper | BdfStepper | undefined;
  /** The one that took the last step, and the one to take the next. */
  #active: ExplicitStepper | Rodas5PStepper | BdfStepper;
  #coming: ExplicitStepper | Rodas5PStepper | BdfStepper;
  #tally = 0;
  /** Doubles with each return to the stiff method, so that the two do not alternate for long. */
  #patience = MILD_STEPS;
  readonly #most: number;

  constructor(system: OdeSystem, t: number, y: Float64Array, control: AdaptiveSteps, startRodas5P = startGeneral) {
    const method = control.relative < FINE ? vern7 : tsit5;
    this.#system = system;
    this.#control = control;
    this.#startRodas5P = startRodas5P;
    this.#stability = method.realStability;
    this.#explicit = new ExplicitStepper(method, system, t, y, control);
    this.#active = this.#explicit;
    this.#coming = this.#explicit;
    this.#most = control.mostSteps ?? 1_000_000;
  }

  get t(): number {
    return this.#active.t;
  }

  get y(): Float64Array {
    return this.#active.y;
  }

  get previous(): number {
    return this.#active.previous;
  }

  get next(): number {
    return this.#coming.next;
  }

  get counts(): { readonly accepted: number; readonly rejected: number; readonly evaluations: number } {
    const [a, b] = [this.#explicit.counts, this.#stiff?.counts];
    if (b === undefined) return a;
    return {
      accepted: a.accepted + b.accepted,
      rejected: a.rejected + b.rejected,
      evaluations: a.evaluations + b.evaluations,
    };
  }

  /** Whether the next step goes to the stiff method. */
  get stiff(): boolean {
    return this.#coming !== this.#explicit;
  }

  step(limit: number): StepStatus {
    const { counts } = this;
    if (counts.accepted + counts.rejected >= this.#most) return 'too-many-steps';
    let status = this.#coming.step(limit);
    if (status === 'step-too-small' && this.#coming === this.#explicit && limit > this.#explicit.t) {
      this.#toStiff();
      status = this.#coming.step(limit);
    }
    if (status !== 'stepped') return status;
    this.#active = this.#coming;
    if (this.#active === this.#explicit) this.#watchExplicit();
    else this.#watchStiff();
    return 'stepped';
  }

  #watchExplicit(): void {
    const { strain } = this.#explicit;
    if (strain > EDGE) this.#tally++;
    else if (strain < INSIDE) this.#tally = Math.max(0, this.#tally - 3);
    if (this.#tally >= STIFF_STEPS) this.#toStiff();
  }

  #watchStiff(): void {
    if (this.#stiff!.strain > INSIDE * this.#stability) {
      this.#tally = 0;
      return;
    }
    if (++this.#tally < this.#patience) return;
    this.#patience = Math.min(2 * this.#patience, 1000);
    this.#explicit.restart(this.t, this.y, this.#stiff!.next);
    this.#coming = this.#explicit;
    this.#tally = 0;
  }

  #toStiff(): void {
    const { t, y } = this.#explicit;
    if (this.#stiff === undefined) {
      this.#stiff =
        this.#system.dimension > LARGE
          ? new BdfStepper(this.#system, t, y, this.#control, HIGHEST_ORDER)
          : this.#startRodas5P(this.#system, t, y, this.#control);
    }
    const { next } = this.#explicit;
    this.#stiff.restart(t, y, this.#stiff instanceof Rodas5PStepper && next > 0 ? next : undefined);
    this.#coming = this.#stiff;
    this.#tally = 0;
  }

  interpolate(t: number, out: Float64Array): void {
    this.#active.interpolate(t, out);
  }

  record(): StepRecord {
    return this.#active.record();
  }

  restart(t: number, y: Float64Array, first?: number): void {
    this.#active = this.#coming;
    this.#active.restart(t, y, first);
  }
}
