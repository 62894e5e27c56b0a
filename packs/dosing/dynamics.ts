import type { ControlInput } from '@gemel/core';
import type { Dynamics, Parameters } from '@gemel/runtime/dynamics';
import type { Drug, StructuralValues } from './drug.ts';
import { type DosingState, fedDynamics, type RunReading } from './fed-dynamics.ts';
import { Feed, inflowsOf } from './inflow.ts';
import { memberRun } from './member-run.ts';
import { dosesOf, onTick } from './record.ts';
import { BY_GUT, type Way } from './structure.ts';

/** Total concentration, and its integral since the belief stands; free of assay error. */
export const CONCENTRATION = 'concentration';
export const EXPOSURE = 'exposure';
/** Concentration when the last infusion had run in, or right after the last dose at once; and just before the last dose. */
export const PEAK = 'peak';
export const TROUGH = 'trough';
/** The minimum inhibitory concentration that counts, of drugs that have one: the same at all times. */
export const MIC = 'mic';

/**
 * Where a member's parameters stand: the number of its model first, then structural values, 0 where its model has none; the minimum
 * inhibitory concentration last, of drugs that have one.
 */
export interface MemberLayout {
  readonly names: readonly string[];
  pack(model: number, values: StructuralValues, mic?: number): Parameters;
  model(parameters: Parameters): number;
  mic(parameters: Parameters): number;
  values(parameters: Parameters): StructuralValues;
  /** One of them; undefined where no model has it. */
  value(parameters: Parameters, name: string): number | undefined;
}

export function memberLayout(drug: Drug): MemberLayout {
  const names = [...new Set(drug.models.flatMap(({ structure }) => structure.names))];
  const places = drug.models.map(({ structure }) =>
    structure.names.map((name) => ({ name, at: 1 + names.indexOf(name) })),
  );
  return {
    names,
    pack: (model, values, mic) =>
      Float64Array.of(model, ...names.map((name) => values[name] ?? 0), ...(drug.mic === undefined ? [] : [mic!])),
    model: (parameters) => parameters[0],
    mic: (parameters) => parameters[1 + names.length],
    values: (parameters) => {
      const values: Record<string, number> = {};
      for (const { name, at } of places[parameters[0]]) values[name] = parameters[at];
      return values;
    },
    value: (parameters, name) => parameters[names.indexOf(name) < 0 ? parameters.length : 1 + names.indexOf(name)],
  };
}

/** The course of a drug through the structure of each member's own model. */
export function drugDynamics(drug: Drug): Dynamics<DosingState> {
  const layout = memberLayout(drug);
  const structureOf = (parameters: Parameters) => drug.models[layout.model(parameters)].structure;
  const oral = drug.regimens.route === 'oral';

  /** What controls bring into a member. */
  function feeder(controls: readonly ControlInput[]): (parameters: Parameters) => Feed {
    const doses = dosesOf(drug, controls);
    const feedOf = (values: StructuralValues, ways: readonly Way[]) =>
      new Feed(inflowsOf(doses, () => values, ways).map((each) => ({ ...each, time: onTick(each.time) })));
    if (!oral) {
      const feed = feedOf({}, BY_GUT);
      return () => feed;
    }
    let before: Parameters | null = null;
    let entered: readonly Way[] = [];
    let feed: Feed | null = null;
    return (parameters) => {
      const { ways = BY_GUT } = structureOf(parameters);
      // Often members take up alike.
      const same = (name: string) => before !== null && layout.value(parameters, name) === layout.value(before, name);
      const alike = ways.every(({ lag, share, duration }) => same(lag) && same(share) && same(duration));
      if (feed === null || ways !== entered || !alike) feed = feedOf(layout.values(parameters), ways);
      before = parameters;
      entered = ways;
      return feed;
    };
  }

  return fedDynamics({
    signals: {
      [CONCENTRATION]: { unit: drug.levelUnit },
      [EXPOSURE]: { unit: `h.${drug.levelUnit}` },
      [PEAK]: { unit: drug.levelUnit },
      [TROUGH]: { unit: drug.levelUnit },
      ...(drug.mic === undefined ? {} : { [MIC]: { unit: drug.levelUnit } }),
    },
    rest: (parameters) => structureOf(parameters).rest(layout.values(parameters)),
    start: ({ values }, parameters) => memberRun(structureOf(parameters), parameters, layout.values, values),
    feeder,
    // The signals of a drug are called as what a run tells.
    reading: (signal) =>
      signal === MIC ? { ofMember: (parameters) => layout.mic(parameters) } : (signal as RunReading),
  });
}
