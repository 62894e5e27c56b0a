import type { Instant } from '@gemel/core';
import type { Belief, History, Paths } from '@gemel/runtime/pack';
import { covariatesAt, type DrugCourse } from './course.ts';
import type { Drug, DrugModel, StructuralValues } from './drug.ts';
import { CONCENTRATION, EXPOSURE, memberLayout } from './dynamics.ts';
import type { DosingState } from './fed-dynamics.ts';
import { follow } from './follow.ts';
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
    const changes = course.covariates.map(({ time }) => ({ time, after: false }));
    const settingAt = (time: number) =>
      Math.max(
        0,
        changes.findLastIndex((each) => each.time <= time),
      );
    const now = hours(belief.at);
    const count = times.length;
    const concentration = new Float64Array(belief.members.length * count);
    const exposure = new Float64Array(belief.members.length * count);
    belief.members.forEach(({ parameters }, m) => {
      const model = drug.models[layout.model(parameters)];
      const values = valuesOver(layout.values(parameters), typical.get(model)!, course, now);
      const { structure } = model;
      const inflows = inflowsOf(course.doses, (time) => values[settingAt(time)], structure.ways);
      const begin = Math.min(inflows[0]?.time ?? Number.POSITIVE_INFINITY, at[0]);
      const first = settingAt(begin);
      const run = structure.run(values[first], structure.rest(values[first]));
      follow(new FedRun(run, new Feed(inflows), begin), changes, values, first, at, (read, t) => {
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
