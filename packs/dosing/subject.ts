import type { Subject } from '@gemel/inference/population/population';
import type { DrugCourse } from './course.ts';
import type { DrugModel, StructuralValues } from './drug.ts';
import { type Effects, effectsOf, withEffect } from './effects.ts';
import { FedRun, Feed, inflowsOf } from './inflow.ts';
import type { StructureRun } from './structure.ts';

/** A patient under one model. */
export interface ModelSubject {
  readonly model: DrugModel;
  readonly effects: Effects;
  /** Levels predicted from random effects, for inference. */
  readonly subject: Subject;
  /** Structural values under the covariates of a time. */
  individual(eta: ArrayLike<number>, time: number): StructuralValues;
  /** The structure's state at a time, exposure counted from there. */
  stateAt(eta: ArrayLike<number>, time: number): Float64Array;
}

/** Structural values that tell how doses by mouth enter. */
const BY_MOUTH: readonly string[] = ['ALAG', 'F', 'D'];

export function modelSubject(model: DrugModel, course: DrugCourse): ModelSubject {
  const { structure, derived } = model;
  const { covariates, doses, levels } = course;
  const effects = effectsOf(model);
  const theta = Object.fromEntries(model.theta.map(({ name, value }) => [name, value]));
  const typical = covariates.map(({ values }) => model.typical(theta, values));
  const settingAt = (time: number) =>
    Math.max(
      0,
      covariates.findLastIndex((each) => each.time <= time),
    );

  function personal(eta: ArrayLike<number>, setting: number, into: Record<string, number>): StructuralValues {
    for (let i = 0; i < effects.names.length; i++) {
      const name = effects.names[i];
      into[name] = withEffect(typical[setting][name], eta[i], effects.scales[i]);
    }
    return derived?.(into) ?? into;
  }

  /** Written anew for each prediction, as is the run: what is made once costs nothing the second time. */
  const scratch = typical.map((values): Record<string, number> => ({ ...values }));
  let begun: StructureRun | null = null;
  const asGiven =
    doses.every(({ route }) => route !== 'oral') ||
    (derived === undefined && !effects.names.some((name) => BY_MOUTH.includes(name)));
  let same: Feed | null = null;

  /** Runs to the end, telling the run at each of the times, which ascend. */
  function follow(
    eta: ArrayLike<number>,
    times: readonly number[],
    tell: (run: StructureRun, i: number) => void,
  ): void {
    const settings = scratch.map((into, setting) => personal(eta, setting, into));
    const feed = same ?? new Feed(inflowsOf(doses, (time) => settings[settingAt(time)]));
    if (asGiven) same = feed;
    const begin = Math.min(feed.inflows[0]?.time ?? Number.POSITIVE_INFINITY, times[0]);
    let setting = settingAt(begin);
    const rest = structure.rest(settings[setting]);
    if (begun === null) begun = structure.run(settings[setting], rest);
    else {
      begun.change(settings[setting]);
      begun.reset(rest);
    }
    const run = begun;
    const fed = new FedRun(run, feed, begin);
    for (let i = 0; i < times.length; i++) {
      while (setting + 1 < settings.length && covariates[setting + 1].time <= times[i]) {
        setting++;
        fed.to(covariates[setting].time);
        run.change(settings[setting]);
      }
      fed.to(times[i]);
      tell(run, i);
    }
  }

  const times = levels.map(({ time }) => time);
  return {
    model,
    effects,
    individual: (eta, time) => personal(eta, settingAt(time), { ...typical[settingAt(time)] }),
    subject: {
      id: model.id,
      observed: Float64Array.from(levels, ({ value }) => value),
      censored: Uint8Array.from(levels, ({ below }) => (below ? 1 : 0)),
      predict(_, eta, out) {
        let finite = true;
        if (times.length > 0) {
          follow(eta, times, (run, i) => {
            out[i] = run.concentration();
            finite &&= Number.isFinite(out[i]);
          });
        }
        return finite;
      },
    },
    stateAt(eta, time) {
      let state = new Float64Array(0);
      follow(eta, [time], (run) => {
        run.begin();
        state = Float64Array.from(run.state());
      });
      return state;
    },
  };
}
