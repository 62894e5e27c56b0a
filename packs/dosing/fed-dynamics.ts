import { type ControlInput, type Instant, instant } from '@gemel/core';
import type { Dynamics, Parameters } from '@gemel/runtime/dynamics';
import { FedRun, type Feed } from './inflow.ts';
import { hours } from './record.ts';
import type { StructureRun } from './structure.ts';

export interface DosingState {
  readonly at: Instant;
  /** State of the structure of the member's model. */
  readonly values: Float64Array;
}

/** What tells one fed structure's dynamics from another's. */
export interface FedStructure<Run extends StructureRun> {
  readonly signals: Dynamics<DosingState>['signals'];
  rest(parameters: Parameters): Float64Array;
  start(state: DosingState, parameters: Parameters): Run;
  /** What controls bring into a member. */
  feeder(controls: readonly ControlInput[]): (parameters: Parameters) => Feed;
  read(run: Run, parameters: Parameters, signal: string): number;
}

/** The dynamics of a structure and what is fed into it. What happens at an instant acts after it is read. */
export function fedDynamics<Run extends StructureRun>(given: FedStructure<Run>): Dynamics<DosingState> {
  const { signals, rest, start, feeder, read } = given;
  return {
    signals,
    init: (parameters, at) => ({ at, values: rest(parameters) }),
    advance(state, parameters, controls, until) {
      const fed = new FedRun(start(state, parameters), feeder(controls)(parameters), hours(state.at));
      fed.to(hours(until));
      return { at: until, values: fed.run.state() };
    },
    observe: (state, parameters, signal) => read(start(state, parameters), parameters, signal),
    time: ({ at }) => at,
    snapshot: ({ at, values }) => new Uint8Array(Float64Array.of(at, ...values).buffer),
    restore(bytes) {
      const [at, ...values] = new Float64Array(bytes.slice().buffer);
      return { at: instant(at), values: Float64Array.from(values) };
    },
    trajectories({ members, controls, times, signals: recorded }) {
      const count = times.length;
      const at = Float64Array.from(times, hours);
      const out = recorded.map(() => new Float64Array(members.length * count));
      const feedOf = feeder(controls);
      const ends = members.map(({ parameters, state }, m) => {
        const run = start(state, parameters);
        const from = hours(state.at);
        const fed = new FedRun(run, feedOf(parameters), from);
        let { values } = state;
        for (let t = 0; t < count; t++) {
          if (at[t] > from) {
            fed.to(at[t]);
            values = fed.renew();
          }
          for (let s = 0; s < recorded.length; s++) out[s][m * count + t] = read(run, parameters, recorded[s]);
        }
        return { at: times[count - 1], values };
      });
      return { values: Object.fromEntries(recorded.map((name, s) => [name, out[s]])), ends };
    },
  };
}
