import { type ControlInput, HOUR, type Instant, instant } from '@gemel/core';
import type { Dynamics, Parameters } from '@gemel/runtime/dynamics';
import type { Drug, StructuralValues } from './drug.ts';
import { FedRun, Feed, inflowsOf } from './inflow.ts';
import { hours, isDose } from './record.ts';

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

  function fed({ at, values }: DosingState, parameters: Parameters, feed: Feed): FedRun {
    return new FedRun(structureOf(parameters).run(layout.values(parameters), values), feed, hours(at));
  }

  return {
    signals: { [CONCENTRATION]: { unit: drug.levelUnit }, [EXPOSURE]: { unit: `h.${drug.levelUnit}` } },
    init: (parameters, at) => ({ at, values: structureOf(parameters).rest(layout.values(parameters)) }),
    advance(state, parameters, controls, until) {
      const own = fed(state, parameters, feeder(controls)(parameters));
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
      const count = times.length;
      const at = Float64Array.from(times, hours);
      const out = signals.map(() => new Float64Array(members.length * count));
      const feedOf = feeder(controls);
      const ends = members.map(({ parameters, state }, m) => {
        const own = fed(state, parameters, feedOf(parameters));
        const from = hours(state.at);
        let { values } = state;
        for (let t = 0; t < count; t++) {
          if (at[t] > from) {
            own.to(at[t]);
            values = own.renew();
          }
          for (let s = 0; s < signals.length; s++) {
            out[s][m * count + t] = signals[s] === EXPOSURE ? own.run.exposure() : own.run.concentration();
          }
        }
        return { at: times[count - 1], values };
      });
      return { values: Object.fromEntries(signals.map((name, s) => [name, out[s]])), ends };
    },
  };
}
