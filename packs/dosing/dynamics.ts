import { type ControlInput, HOUR } from '@gemel/core';
import type { Dynamics, Parameters } from '@gemel/runtime/dynamics';
import type { Drug, StructuralValues } from './drug.ts';
import { type DosingState, fedDynamics } from './fed-dynamics.ts';
import { Feed, inflowsOf } from './inflow.ts';
import { hours, isDose } from './record.ts';

/** Total concentration, and its integral since the belief stands; free of assay error. */
export const CONCENTRATION = 'concentration';
export const EXPOSURE = 'exposure';

/** Where a member's parameters stand: the number of its model first, then structural values; 0 where its model has none. */
export interface MemberLayout {
  readonly names: readonly string[];
  pack(model: number, values: StructuralValues): Parameters;
  model(parameters: Parameters): number;
  values(parameters: Parameters): StructuralValues;
}

export function memberLayout(drug: Drug): MemberLayout {
  const names = [...new Set(drug.models.flatMap(({ structure }) => structure.names))];
  return {
    names,
    pack: (model, values) => Float64Array.of(model, ...names.map((name) => values[name] ?? 0)),
    model: (parameters) => parameters[0],
    values: (parameters) => {
      const own = drug.models[parameters[0]].structure.names;
      return Object.fromEntries(own.map((name) => [name, parameters[1 + names.indexOf(name)]]));
    },
  };
}

/** The course of a drug through the structure of each member's own model. */
export function drugDynamics(drug: Drug): Dynamics<DosingState> {
  const layout = memberLayout(drug);
  const structureOf = (parameters: Parameters) => drug.models[layout.model(parameters)].structure;
  const oral = drug.regimens.route === 'oral';

  /** What controls bring into a member; into a vein it is the same for all. */
  function feeder(controls: readonly ControlInput[]): (parameters: Parameters) => Feed {
    const doses = controls.filter(isDose).map(({ from, to = from, value }) => ({
      time: hours(from),
      amount: value.value,
      hours: (to - from) / HOUR,
      route: oral ? ('oral' as const) : ('intravenous' as const),
    }));
    if (oral) return (parameters) => new Feed(inflowsOf(doses, () => layout.values(parameters)));
    const all = new Feed(inflowsOf(doses, () => ({})));
    return () => all;
  }

  return fedDynamics({
    signals: { [CONCENTRATION]: { unit: drug.levelUnit }, [EXPOSURE]: { unit: `h.${drug.levelUnit}` } },
    rest: (parameters) => structureOf(parameters).rest(layout.values(parameters)),
    start: ({ values }, parameters) => structureOf(parameters).run(layout.values(parameters), values),
    feeder,
    read: (run, _, signal) => (signal === EXPOSURE ? run.exposure() : run.concentration()),
  });
}
