import type { StructuralValues } from './drug.ts';
import type { EffectSiteRun, EffectSiteStructure } from './structures/effect-site.ts';

/** Where a concentration is brought to its target. */
export type TargetSite = 'plasma' | 'effect';

/** What a pump can do. */
export interface Pump {
  /** Fastest infusion, mg/h. */
  readonly fastest: number;
  /** Length of a step, in which the rate is constant, s. */
  readonly step: number;
}

/** A target from a time on, until the next. */
export interface TargetFrom {
  /** Hours from the start. */
  readonly time: number;
  /** In the drug's unit; 0: nothing is infused. */
  readonly target: number;
}

/** A course under control: one number for each step, and concentrations at its end. */
export interface ControlledCourse {
  /** mg/h */
  readonly rates: Float64Array;
  readonly plasma: Float64Array;
  readonly effect: Float64Array;
  /** State of the structure at the end. */
  readonly end: Float64Array;
}

const SECONDS = 3600;
/** Moments of a step at which the effect that it leads to is looked at. */
const PER_STEP = 10;
/** Longest that a peak of effect is looked for, h. */
const LONGEST = 1;

/** What one step at 1 mg/h does, from rest. */
interface Response {
  /** Plasma at the end of the step. */
  readonly plasma: number;
  /** Effect at the end of the step and at each moment after it, until well past its peak. */
  readonly effect: Float64Array;
}

/**
 * Infusion rates that bring plasma or site of effect to a target and hold it, for one set of structural values. All is linear:
 * what a step adds is its rate times what a step at 1 mg/h adds.
 *
 * - plasma: the rate at which the concentration ends the step on the target (Bailey and Shafer 1991, IEEE Trans Biomed Eng
 *   38:522; Jacobs 1990, IEEE Trans Biomed Eng 37:107);
 * - effect: the fastest rate after which the effect, with nothing given any more, peaks on the target and not above it (Shafer
 *   and Gregg 1992, J Pharmacokinet Biopharm 20:147): the least of (target − what is to come anyway) / (what 1 mg/h adds) over
 *   the time from the end of the step. It holds the target too.
 *
 * Rates are between 0 and the pump's fastest.
 */
export class TargetControl {
  readonly #structure: EffectSiteStructure;
  readonly #values: StructuralValues;
  readonly #pump: Pump;
  readonly #step: number;
  readonly #response: Response;
  readonly #scratch: EffectSiteRun;

  constructor(structure: EffectSiteStructure, values: StructuralValues, pump: Pump) {
    this.#structure = structure;
    this.#values = values;
    this.#pump = pump;
    this.#step = pump.step / SECONDS;
    this.#scratch = structure.run(values, structure.rest(values));
    this.#response = this.#respond();
  }

  #respond(): Response {
    const run = this.#structure.run(this.#values, this.#structure.rest(this.#values));
    run.addRate('blood', 1);
    run.advance(this.#step);
    run.addRate('blood', -1);
    const plasma = run.concentration();
    const effect = [run.effect()];
    const moment = this.#step / PER_STEP;
    let peak = 0;
    while (effect.length < 2 * (peak + 1) + PER_STEP && effect.length * moment < LONGEST) {
      run.advance(moment);
      effect.push(run.effect());
      if (effect.at(-1)! > effect[peak]) peak = effect.length - 1;
    }
    return { plasma, effect: Float64Array.from(effect) };
  }

  /** Rate in mg/h of the step that begins in a state. */
  rate(state: Float64Array, target: number, site: TargetSite): number {
    if (target <= 0) return 0;
    const run = this.#scratch;
    run.reset(state);
    run.advance(this.#step);
    const { plasma, effect } = this.#response;
    let rate = (target - run.concentration()) / plasma;
    if (site === 'effect') {
      rate = (target - run.effect()) / effect[0];
      const moment = this.#step / PER_STEP;
      for (let i = 1; i < effect.length && rate > 0; i++) {
        run.advance(moment);
        rate = Math.min(rate, (target - run.effect()) / effect[i]);
      }
    }
    return Math.min(this.#pump.fastest, Math.max(0, rate));
  }

  /** Follows targets, in the order of time, for whole steps that cover the hours. `state`: where it begins; absent: at rest. */
  follow(targets: readonly TargetFrom[], hours: number, site: TargetSite, state?: Float64Array): ControlledCourse {
    const count = Math.ceil(hours / this.#step - 1e-9);
    const rates = new Float64Array(count);
    const plasma = new Float64Array(count);
    const effect = new Float64Array(count);
    const run = this.#structure.run(this.#values, state ?? this.#structure.rest(this.#values));
    for (let k = 0; k < count; k++) {
      const now = (k + 1e-9) * this.#step;
      const { target } = targets.findLast(({ time }) => time <= now) ?? { target: 0 };
      rates[k] = this.rate(run.state(), target, site);
      run.addRate('blood', rates[k]);
      run.advance(this.#step);
      run.addRate('blood', -rates[k]);
      plasma[k] = run.concentration();
      effect[k] = run.effect();
    }
    return { rates, plasma, effect, end: run.state() };
  }
}

/** Longest decrement that is told, h. */
const MOST = 1000;

/**
 * Hours after which plasma or effect has fallen to a level when nothing is infused any more. Plasma falls throughout; the effect
 * rises until it meets plasma, and falls from then on. 0 where it never rises above the level; infinite where it takes more than
 * 1000 h.
 */
export function decrementTime(
  structure: EffectSiteStructure,
  values: StructuralValues,
  state: Float64Array,
  level: number,
  site: TargetSite,
): number {
  const run = structure.run(values, state);
  const after = (hours: number) => {
    run.reset(state);
    run.advance(hours);
    return run;
  };
  const peak = site === 'effect' ? turns(0, (hours) => after(hours).concentration() > after(hours).effect()) : 0;
  const read = (hours: number) => (site === 'effect' ? after(hours).effect() : after(hours).concentration());
  return read(peak) <= level ? 0 : turns(peak, (hours) => read(hours) > level);
}

/** Hours from which on something no longer holds that holds before; `from` where it does not hold there. */
function turns(from: number, holds: (hours: number) => boolean): number {
  if (!holds(from)) return from;
  let low = from;
  let high = from + 1 / 60;
  while (holds(high)) {
    low = high;
    high += high - from;
    if (high > MOST) return Number.POSITIVE_INFINITY;
  }
  while (high - low > 1e-9 * (1 + high)) {
    const middle = (low + high) / 2;
    if (holds(middle)) low = middle;
    else high = middle;
  }
  return high;
}
