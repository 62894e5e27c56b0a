import type { Kink } from '@gemel/inference/population/kinks';
import type { Subject } from '@gemel/inference/population/population';
import type { DrugCourse } from './course.ts';
import type { DrugModel, StructuralValues } from './drug.ts';
import { type Effects, effectsOf, withEffect } from './effects.ts';
import { type Change, follow } from './follow.ts';
import { FedRun, Feed, inflowsOf } from './inflow.ts';
import { occasionStarts } from './occasions.ts';
import { BY_GUT, type StructureRun } from './structure.ts';

/** A patient under one model. */
export interface ModelSubject {
  readonly model: DrugModel;
  readonly effects: Effects;
  /** Levels predicted from random effects, for inference. */
  readonly subject: Subject;
  /** Structural values under the covariates and in the occasion of a time. */
  individual(eta: ArrayLike<number>, time: number): StructuralValues;
  /** The structure's state at a time, exposure counted from there. */
  stateAt(eta: ArrayLike<number>, time: number): Float64Array;
}

/** What holds from a time on. */
interface Setting extends Change {
  /** Position among the course's covariates. */
  readonly covariates: number;
  readonly occasion: number;
}

/** Changes of covariates and occasions in the order of time; the first holds from ever. */
function settingsOf({ covariates }: DrugCourse, starts: readonly number[]): readonly Setting[] {
  const settings: Setting[] = covariates.map(({ time }, c) => ({
    time,
    covariates: c,
    occasion: starts.filter((start) => start < time).length,
    after: false,
  }));
  starts.forEach((time, i) => {
    const before = settings.findLastIndex((each) => each.time <= time);
    const under = settings[Math.max(0, before)].covariates;
    settings.splice(before + 1, 0, { time, covariates: under, occasion: i + 1, after: true });
  });
  return settings;
}

export function modelSubject(model: DrugModel, course: DrugCourse): ModelSubject {
  const { structure, derived, occasion } = model;
  const { ways = BY_GUT } = structure;
  const { doses, levels } = course;
  const starts = occasion === undefined ? [] : occasionStarts(occasion, course);
  const effects = effectsOf(model, occasion === undefined ? 0 : starts.length + 1);
  const changes = settingsOf(course, starts);
  const theta = Object.fromEntries(model.theta.map(({ name, value }) => [name, value]));
  const typical = course.covariates.map(({ values }) => model.typical(theta, values));
  const settingAt = (time: number) =>
    Math.max(
      0,
      changes.findLastIndex((each) => each.time <= time),
    );
  const varied = [...new Set(effects.names)].map((name) => ({
    name,
    scale: effects.scales[effects.names.indexOf(name)],
  }));
  /** Of each setting, the random effects that add up on each varied value. */
  const adding = changes.map(({ occasion: now }) =>
    varied.map(({ name }) =>
      effects.names.flatMap((each, i) => (each === name && [-1, now].includes(effects.occasions[i]) ? [i] : [])),
    ),
  );

  function personal(eta: ArrayLike<number>, setting: number, into: Record<string, number>): StructuralValues {
    const values = typical[changes[setting].covariates];
    for (let v = 0; v < varied.length; v++) {
      const { name, scale } = varied[v];
      let effect = 0;
      for (const i of adding[setting][v]) effect += eta[i];
      into[name] = withEffect(values[name], effect, scale);
    }
    return derived?.(into) ?? into;
  }

  function moves(...names: readonly string[]): boolean {
    return names.some((name) => effects.names.includes(name));
  }

  /** Written anew for each prediction, as is the run: what is made once costs nothing the second time. */
  const scratch = changes.map(({ covariates: c }): Record<string, number> => ({ ...typical[c] }));
  let begun: StructureRun | null = null;
  const asGiven =
    doses.every(({ route }) => route !== 'oral') ||
    (derived === undefined && !ways.some(({ lag, share, duration }) => moves(lag, share, duration)));
  let same: Feed | null = null;

  /** Runs to the end, telling the run at each of the times, which ascend. */
  function runThrough(
    eta: ArrayLike<number>,
    times: readonly number[],
    tell: (run: StructureRun, i: number) => void,
  ): void {
    const settings = scratch.map((into, setting) => personal(eta, setting, into));
    const feed = same ?? new Feed(inflowsOf(doses, (time) => settings[settingAt(time)], ways));
    if (asGiven) same = feed;
    const begin = Math.min(feed.inflows[0]?.time ?? Number.POSITIVE_INFINITY, times[0]);
    const setting = settingAt(begin);
    const rest = structure.rest(settings[setting]);
    if (begun === null) begun = structure.run(settings[setting], rest);
    else {
      begun.reset(rest);
      begun.change(settings[setting]);
    }
    follow(new FedRun(begun, feed, begin), changes, settings, setting, times, tell);
  }

  const times = levels.map(({ time }) => time);

  /**
   * Where a dose by mouth begins to enter, or has entered, at the time of a level. What is infused into a depot leaves no kink: levels are
   * of the blood.
   */
  function kinksOf(): readonly Kink[] {
    const oral = doses.filter(({ route }) => route === 'oral');
    return scratch.flatMap((into, setting) => {
      const given = oral.filter(({ time }) => settingAt(time) === setting);
      const waits = given.flatMap(({ time }) => times.map((level) => Number((level - time).toPrecision(14))));
      const at = Float64Array.from(new Set(waits.filter((wait) => wait > 0))).sort();
      const kink = (delay: (values: StructuralValues) => number): readonly Kink[] =>
        at.length === 0 ? [] : [{ at, delay: (_, eta) => delay(personal(eta, setting, into)) }];
      return ways.flatMap(({ site, lag, duration }) => {
        const lasts = (into[duration] ?? 0) > 0;
        if (lasts && site !== 'blood') return [];
        return [
          ...(moves(lag) ? kink((values) => values[lag]) : []),
          ...(lasts && moves(lag, duration) ? kink((values) => (values[lag] ?? 0) + values[duration]) : []),
        ];
      });
    });
  }

  return {
    model,
    effects,
    individual(eta, time) {
      const setting = settingAt(time);
      return personal(eta, setting, { ...typical[changes[setting].covariates] });
    },
    subject: {
      id: model.id,
      observed: Float64Array.from(levels, ({ value }) => value),
      censored: Uint8Array.from(levels, ({ below }) => (below ? 1 : 0)),
      varianceFactors: Float64Array.from(levels, ({ varianceFactor }) => varianceFactor ?? 1),
      kinks: kinksOf(),
      predict(_, eta, out) {
        let finite = true;
        if (times.length > 0) {
          runThrough(eta, times, (run, i) => {
            out[i] = run.concentration();
            finite &&= Number.isFinite(out[i]);
          });
        }
        return finite;
      },
    },
    stateAt(eta, time) {
      let state = new Float64Array(0);
      runThrough(eta, [time], (run) => {
        run.begin();
        state = Float64Array.from(run.state());
      });
      return state;
    },
  };
}
