import { solve } from '@gemel/numerics/ode/solve';
import { tsit5 } from '@gemel/numerics/ode/tsit5';
import { equations } from './equations.ts';
import { basalState, CONSTANT, deriveConstants, STATE } from './model.ts';

/** Something taken evenly over [from, to), in minutes since the body's start. */
export interface Intake {
  readonly from: number;
  readonly to: number;
  /** U or g. */
  readonly amount: number;
}

/** How a body departs from its parameters, as functions of minutes since its start. */
export interface Variation {
  /** Factor on insulin sensitivity. */
  sensitivity(minute: number): number;
  /** Factor on kabs and kmax. */
  absorption(minute: number): number;
  /** mg/kg/min of glucose into plasma. */
  drive(minute: number): number;
}

export const STEADY: Variation = { sensitivity: () => 1, absorption: () => 1, drive: () => 0 };

/**
 * A virtual body that lives in continuous time: the printed equations under an adaptive solver of order 5 (relative
 * error 1e-7), inputs at any instant, food counted as it is eaten. On purpose not the twin's own minute-by-minute form.
 */
export class Body {
  readonly constants: Float64Array;
  readonly #variation: Variation;
  readonly #boluses: Intake[] = [];
  readonly #food: Intake[] = [];
  readonly #basal: (minute: number) => number;
  readonly #basalChanges: readonly number[];
  #state: Float64Array;
  #now = 0;
  /** D of gastric emptying at #now, mg. */
  #dose = 0;
  readonly #plasma: number[];
  readonly #interstitial: number[];

  /** @param basal U/min at a minute, changing only at `basalChanges` (ascending) */
  constructor(
    parameters: Float64Array,
    basal: (minute: number) => number,
    basalChanges: readonly number[],
    variation: Variation,
  ) {
    this.constants = deriveConstants(parameters);
    this.#basal = basal;
    this.#basalChanges = basalChanges;
    this.#variation = variation;
    this.#state = basalState(this.constants).slice(0, 13);
    const start = this.constants[CONSTANT.Gb];
    this.#plasma = [start];
    this.#interstitial = [start];
  }

  /** Glucose in plasma and at the sensor at every whole minute lived, mg/dL. */
  get plasma(): Float64Array {
    return Float64Array.from(this.#plasma);
  }
  get interstitial(): Float64Array {
    return Float64Array.from(this.#interstitial);
  }

  /** Interstitial glucose now, mg/dL. */
  get sensed(): number {
    return this.#state[STATE.interstitialGlucose] / this.constants[CONSTANT.Vg];
  }

  inject(bolus: Intake): void {
    this.#boluses.push(bolus);
  }

  eat(food: Intake): void {
    this.#food.push(food);
  }

  /** Lives on to a later minute; intakes from now on must have been given. */
  live(until: number): void {
    while (this.#now < until) {
      const next = Math.min(until, this.#nextChange());
      this.#piece(next);
      this.#now = next;
    }
  }

  #nextChange(): number {
    let next = Number.POSITIVE_INFINITY;
    const consider = (t: number) => {
      if (t > this.#now && t < next) next = t;
    };
    for (const { from, to } of [...this.#boluses, ...this.#food]) {
      consider(from);
      consider(to);
    }
    consider(this.#basalChanges.find((t) => t > this.#now) ?? Number.POSITIVE_INFINITY);
    return next;
  }

  /** A stretch with constant intake. */
  #piece(to: number): void {
    const from = this.#now;
    const rate = (intakes: readonly Intake[]) =>
      intakes.reduce((sum, i) => (i.from <= from && from < i.to ? sum + i.amount / (i.to - i.from) : sum), 0);
    const insulin = this.#basal(from) + rate(this.#boluses);
    const carbs = rate(this.#food);
    const begins = this.#food.some((f) => f.from === from) && !this.#food.some((f) => f.from < from && from < f.to);
    if (begins) this.#dose = this.#state[STATE.stomachSolid] + this.#state[STATE.stomachLiquid];
    const dose = this.#dose;
    const { sensitivity, absorption, drive } = this.#variation;
    const solution = solve(
      {
        rhs: (t, y, dy) =>
          equations(y, dy, this.constants, 0, {
            insulin,
            carbs,
            dose: dose + 1000 * carbs * (t - from),
            sensitivity: sensitivity(t),
            absorption: absorption(t),
            drive: drive(t),
          }),
        initial: this.#state,
        span: [from, to],
      },
      tsit5,
      { kind: 'adaptive', relative: 1e-7, absolute: 1e-6, first: Math.min(1, to - from) },
    );
    const y = new Float64Array(13);
    const Vg = this.constants[CONSTANT.Vg];
    for (let minute = this.#plasma.length; minute <= to; minute++) {
      solution.at(minute, y);
      this.#plasma.push(y[STATE.plasmaGlucose] / Vg);
      this.#interstitial.push(y[STATE.interstitialGlucose] / Vg);
    }
    this.#state = solution.end.slice();
    for (const i of [STATE.plasmaGlucose, STATE.tissueGlucose, STATE.interstitialGlucose]) {
      this.#state[i] = Math.max(0, this.#state[i]);
    }
    this.#dose = dose + 1000 * carbs * (to - from);
    const done = (i: Intake) => i.to <= to;
    for (const list of [this.#boluses, this.#food]) {
      for (let i = list.length - 1; i >= 0; i--) if (done(list[i])) list.splice(i, 1);
    }
  }
}
