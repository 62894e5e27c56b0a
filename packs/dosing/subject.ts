import type { Subject } from '@gemel/inference/population/population';
import { covariatesAt, type DrugCourse } from './course.ts';
import type { DrugModel, StructuralValues } from './drug.ts';
import { type Effects, effectsOf, withEffect } from './effects.ts';
import { FedRun, Feed, inflowsOf } from './inflow.ts';

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

export function modelSubject(model: DrugModel, course: DrugCourse): ModelSubject {
  const { structure } = model;
  const effects = effectsOf(model);
  const theta = Object.fromEntries(model.theta.map(({ name, value }) => [name, value]));
  const typical = new Map(course.covariates.map(({ values }) => [values, model.typical(theta, values)]));

  const individual = (eta: ArrayLike<number>, time: number): StructuralValues => {
    const values: Record<string, number> = { ...typical.get(covariatesAt(course, time))! };
    for (let i = 0; i < effects.names.length; i++) {
      const name = effects.names[i];
      values[name] = withEffect(values[name], eta[i], effects.scales[i]);
    }
    return model.derived?.(values) ?? values;
  };

  /** Runs to the end, telling the run at each of the times, which ascend. */
  function follow(
    eta: ArrayLike<number>,
    times: readonly number[],
    tell: (fed: FedRun, values: StructuralValues, i: number) => void,
  ): void {
    const settings = course.covariates.map(({ time }) => individual(eta, time));
    let setting = 0;
    const at = (time: number) =>
      settings[
        Math.max(
          0,
          course.covariates.findLastIndex((each) => each.time <= time),
        )
      ];
    const inflows = inflowsOf(course.doses, at);
    const begin = Math.min(inflows[0]?.time ?? Number.POSITIVE_INFINITY, times[0]);
    const fed = new FedRun(structure.run(settings[0], structure.rest(settings[0])), new Feed(inflows), begin);
    times.forEach((time, i) => {
      while (setting + 1 < settings.length && course.covariates[setting + 1].time <= time) {
        setting++;
        fed.to(Math.max(begin, course.covariates[setting].time));
        fed.run.change(settings[setting]);
      }
      fed.to(time);
      tell(fed, settings[setting], i);
    });
  }

  const times = course.levels.map(({ time }) => time);
  return {
    model,
    effects,
    individual,
    subject: {
      id: model.id,
      observed: Float64Array.from(course.levels, ({ value }) => value),
      censored: Uint8Array.from(course.levels, ({ below }) => (below ? 1 : 0)),
      predict(_, eta, out) {
        let finite = true;
        if (times.length > 0) {
          follow(eta, times, ({ run }, __, i) => {
            out[i] = run.concentration();
            finite &&= Number.isFinite(out[i]);
          });
        }
        return finite;
      },
    },
    stateAt(eta, time) {
      let state = new Float64Array(0);
      follow(eta, [time], ({ run }) => {
        run.begin();
        state = Float64Array.from(run.state());
      });
      return state;
    },
  };
}
