import { type ControlInput, type Instant, instant } from '@gemel/core';
import type { Dynamics, Parameters } from '@gemel/runtime/dynamics';
import { FedRun, type Feed, type Marks, NO_MARKS } from './inflow.ts';
import { hours } from './record.ts';
import type { StructureRun } from './structure.ts';

export interface DosingState {
  readonly at: Instant;
  /** State of the structure of the member's model. */
  readonly values: Float64Array;
  /** Concentrations at doses since the belief stands; absent where there were none. */
  readonly marks?: Marks;
}

/** What tells one fed structure's dynamics from another's. */
export interface FedStructure<Run extends StructureRun> {
  readonly signals: Dynamics<DosingState>['signals'];
  rest(parameters: Parameters): Float64Array;
  start(state: DosingState, parameters: Parameters): Run;
  /** Gives a run of other parameters these; false where they are of another structure. */
  change(run: Run, before: Parameters, parameters: Parameters): boolean;
  /** What controls bring into a member. */
  feeder(controls: readonly ControlInput[]): (parameters: Parameters) => Feed;
  reader(signal: string): (run: Run, parameters: Parameters, marks: Marks) => number;
}

/** The dynamics of a structure and what is fed into it. What happens at an instant acts after it is read. */
export function fedDynamics<Run extends StructureRun>(given: FedStructure<Run>): Dynamics<DosingState> {
  const { signals, rest, start, change, feeder, reader } = given;
  return {
    signals,
    init: (parameters, at) => ({ at, values: rest(parameters) }),
    advance(state, parameters, controls, until) {
      const fed = new FedRun(start(state, parameters), feeder(controls)(parameters), hours(state.at), state.marks);
      fed.to(hours(until));
      return { at: until, values: fed.run.state(), marks: fed.marks };
    },
    observe: (state, parameters, signal) =>
      reader(signal)(start(state, parameters), parameters, state.marks ?? NO_MARKS),
    time: ({ at }) => at,
    snapshot: ({ at, values, marks: { peak, trough } = NO_MARKS }) =>
      new Uint8Array(Float64Array.of(at, peak, trough, ...values).buffer),
    restore(bytes) {
      const [at, peak, trough, ...values] = new Float64Array(bytes.slice().buffer);
      return { at: instant(at), values: Float64Array.from(values), marks: { peak, trough } };
    },
    trajectories({ members, controls, times, signals: recorded }) {
      const count = times.length;
      const at = Float64Array.from(times, hours);
      const out = recorded.map(() => new Float64Array(members.length * count));
      const feedOf = feeder(controls);
      const readers = recorded.map(reader);
      let used: { readonly run: Run; readonly parameters: Parameters } | null = null;
      const ends = members.map(({ parameters, state }, m) => {
        // One run serves all members of a structure, one after the other.
        const again = used !== null && change(used.run, used.parameters, parameters);
        const run = again ? used!.run : start(state, parameters);
        if (again) run.reset(state.values);
        used = { run, parameters };
        const from = hours(state.at);
        const fed = new FedRun(run, feedOf(parameters), from, state.marks);
        let { values } = state;
        for (let t = 0; t < count; t++) {
          if (at[t] > from) {
            fed.to(at[t]);
            if (t === count - 1) values = run.state();
            fed.renew();
          }
          const { marks } = fed;
          for (let s = 0; s < readers.length; s++) out[s][m * count + t] = readers[s](run, parameters, marks);
        }
        return { at: times[count - 1], values, marks: fed.marks };
      });
      return { values: Object.fromEntries(recorded.map((name, s) => [name, out[s]])), ends };
    },
  };
}
