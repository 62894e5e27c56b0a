import { type ControlInput, HOUR, type Instant, instant } from '@gemel/core';
import type { Dynamics, Parameters } from '@gemel/runtime/dynamics';
import type { Drug, StructuralValues } from './drug.ts';
import { FedRun, inflowsOf } from './inflow.ts';
import { DOSE, hours } from './record.ts';

/** Total concentration, and its integral since the belief stands; free of assay error. */
export const CONCENTRATION = 'concentration';
export const EXPOSURE = 'exposure';

export interface DosingState {
  readonly at: Instant;
  /** State of the structure of the member's model. */
  readonly values: Float64Array;
}

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

/** The course of a drug through the structure of each member's own model. What happens at an instant acts after it is read. */
export function drugDynamics(drug: Drug): Dynamics<DosingState> {
  const layout = memberLayout(drug);
  const structureOf = (parameters: Parameters) => drug.models[layout.model(parameters)].structure;
  const oral = drug.regimens.route === 'oral';

  function fed({ at, values: state }: DosingState, parameters: Parameters, controls: readonly ControlInput[]): FedRun {
    const values = layout.values(parameters);
    const doses = controls
      .filter(({ control }) => control === DOSE)
      .map(({ from, to = from, value }) => ({
        time: hours(from),
        amount: value.value,
        hours: (to - from) / HOUR,
        route: oral ? ('oral' as const) : ('intravenous' as const),
      }));
    const run = structureOf(parameters).run(values, state);
    return new FedRun(
      run,
      inflowsOf(doses, () => values),
      hours(at),
    );
  }

  return {
    signals: { [CONCENTRATION]: { unit: drug.levelUnit }, [EXPOSURE]: { unit: `h.${drug.levelUnit}` } },
    init: (parameters, at) => ({ at, values: structureOf(parameters).rest(layout.values(parameters)) }),
    advance(state, parameters, controls, until) {
      const own = fed(state, parameters, controls);
      own.to(hours(until));
      return { at: until, values: own.run.state() };
    },
    observe({ values: state }, parameters, signal) {
      const run = structureOf(parameters).run(layout.values(parameters), state);
      return signal === EXPOSURE ? run.exposure() : run.concentration();
    },
    time: ({ at }) => at,
    snapshot: ({ at, values }) => new Uint8Array(Float64Array.of(at, ...values).buffer),
    restore(bytes) {
      const [at, ...values] = new Float64Array(bytes.slice().buffer);
      return { at: instant(at), values: Float64Array.from(values) };
    },
    trajectories({ members, controls, times, signals }) {
      const out = Object.fromEntries(signals.map((name) => [name, new Float64Array(members.length * times.length)]));
      const ends = members.map(({ parameters, state }, m) => {
        const own = fed(state, parameters, controls);
        let values = state.values;
        times.forEach((time, t) => {
          if (time > state.at) {
            own.to(hours(time));
            values = own.renew();
          }
          for (const name of signals) {
            out[name][m * times.length + t] = name === EXPOSURE ? own.run.exposure() : own.run.concentration();
          }
        });
        return { at: times.at(-1)!, values };
      });
      return { values: out, ends };
    },
  };
}
