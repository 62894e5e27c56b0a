import type { Instant } from '@gemel/core';
import type { Belief, History, Paths } from '@gemel/runtime/pack';
import { covariatesAt, type DrugCourse } from './course.ts';
import type { Drug, DrugModel, StructuralValues } from './drug.ts';
import { CONCENTRATION, EXPOSURE, memberLayout } from './dynamics.ts';
import type { DosingState } from './fed-dynamics.ts';
import { FedRun, Feed, inflowsOf } from './inflow.ts';
import { courseOf, hours } from './record.ts';

/**
 * Each member's course from the first dose on. Its values of the past are those of now, moved as covariates moved the typical
 * patient's since: for effects on the log scale that is the member itself, to the last digit. Occasions of the past are taken to
 * be like the present one.
 */
export function retraceOf(drug: Drug) {
  const layout = memberLayout(drug);
  return (belief: Belief<DosingState>, history: History, times: readonly Instant[]): Paths => {
    const last = times.at(-1)!;
    const course = courseOf(drug, history, last);
    const at = Float64Array.from(times, hours);
    const typical = new Map(drug.models.map((model) => [model, typicalValues(model, course)]));
    const now = hours(belief.at);
    const count = times.length;
    const concentration = new Float64Array(belief.members.length * count);
    const exposure = new Float64Array(belief.members.length * count);
    belief.members.forEach(({ parameters }, m) => {
      const model = drug.models[layout.model(parameters)];
      const values = valuesOver(layout.values(parameters), typical.get(model)!, course, now);
      follow(model, course, values, at, (read, t) => {
        concentration[m * count + t] = read.concentration();
        exposure[m * count + t] = read.exposure();
      });
    });
    const values = { [CONCENTRATION]: concentration, [EXPOSURE]: exposure };
    return { members: belief.members.length, times, values };
  };
}

/** Of the typical patient, under each setting of the covariates; empty where the model lacks one. */
function typicalValues(model: DrugModel, { covariates }: DrugCourse): readonly StructuralValues[] {
  const theta = Object.fromEntries(model.theta.map(({ name, value }) => [name, value]));
  return covariates.map(({ values }) => {
    if (model.needs.some((name) => values[name] === undefined)) return {};
    const typical = model.typical(theta, values);
    return model.derived?.(typical) ?? typical;
  });
}

/** A member's values under each setting of the covariates. */
function valuesOver(
  own: StructuralValues,
  typical: readonly StructuralValues[],
  course: DrugCourse,
  now: number,
): readonly StructuralValues[] {
  const standing = typical[course.covariates.findIndex(({ values }) => values === covariatesAt(course, now))];
  return typical.map((then) =>
    Object.fromEntries(
      Object.entries(own).map(([name, value]) => {
        const ratio = then[name] / standing[name];
        return [name, Number.isFinite(ratio) && ratio > 0 ? value * ratio : value];
      }),
    ),
  );
}

/** Runs from the first dose through all times, which ascend; before it the structure is at rest. */
function follow(
  { structure }: DrugModel,
  course: DrugCourse,
  values: readonly StructuralValues[],
  times: Float64Array,
  tell: (run: FedRun['run'], t: number) => void,
): void {
  const settingAt = (time: number) =>
    Math.max(
      0,
      course.covariates.findLastIndex((each) => each.time <= time),
    );
  const inflows = inflowsOf(course.doses, (time) => values[settingAt(time)], structure.ways);
  const begin = Math.min(inflows[0]?.time ?? Number.POSITIVE_INFINITY, times[0]);
  let setting = settingAt(begin);
  const fed = new FedRun(structure.run(values[setting], structure.rest(values[setting])), new Feed(inflows), begin);
  times.forEach((time, t) => {
    while (setting + 1 < values.length && course.covariates[setting + 1].time <= time) {
      setting++;
      fed.to(Math.max(begin, course.covariates[setting].time));
      fed.run.change(values[setting]);
    }
    fed.to(time);
    tell(fed.run, t);
  });
}
