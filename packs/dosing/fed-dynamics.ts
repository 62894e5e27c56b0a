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

/** What a run tells as it stands; or what doses left, and what it tells before there were any. */
export type RunReading = 'concentration' | 'exposure' | keyof Marks;

/** What a signal is: told by any run, of the member alone, or of a run of this kind. */
export type Reading<Run extends StructureRun> =
  | RunReading
  | { readonly ofMember: (parameters: Parameters) => number }
  | { readonly ofRun: (run: Run, parameters: Parameters) => number };

/** What tells one fed structure's dynamics from another's. */
export interface FedStructure<Run extends StructureRun> {
  readonly signals: Dynamics<DosingState>['signals'];
  rest(parameters: Parameters): Float64Array;
  start(state: DosingState, parameters: Parameters): Run;
  /** Gives a run of other parameters these; false where they are of another structure. */
  change(run: Run, before: Parameters, parameters: Parameters): boolean;
  /** What controls bring into a member. */
  feeder(controls: readonly ControlInput[]): (parameters: Parameters) => Feed;
  reading(signal: string): Reading<Run>;
}

/** The dynamics of a structure and what is fed into it. What happens at an instant acts after it is read. */
export function fedDynamics<Run extends StructureRun>(given: FedStructure<Run>): Dynamics<DosingState> {
  const { signals, rest, start, change, feeder, reading } = given;
  return {
    signals,
    init: (parameters, at) => ({ at, values: rest(parameters) }),
    advance(state, parameters, controls, until) {
      const fed = new FedRun(start(state, parameters), feeder(controls)(parameters), hours(state.at), state.marks);
      fed.to(hours(until));
      return { at: until, values: fed.run.state(), marks: fed.marks };
    },
    observe: (state, parameters, signal) =>
      read(reading(signal), start(state, parameters), parameters, state.marks ?? NO_MARKS),
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
      const readings = recorded.map(reading);
      const sweeps = readings.every((each) => typeof each === 'string' || 'ofMember' in each);
      const written = (name: string) =>
        out[readings.indexOf(name as Reading<Run>)] ?? new Float64Array(members.length * count);
      const [concentration, exposure] = [written('concentration'), written('exposure')];
      let used: { readonly run: Run; readonly parameters: Parameters } | null = null;
      const ends = members.map(({ parameters, state }, m) => {
        // One run serves all members of a structure, one after the other.
        const again = used !== null && change(used.run, used.parameters, parameters);
        const run = again ? used!.run : start(state, parameters);
        if (again) run.reset(state.values);
        used = { run, parameters };
        const from = hours(state.at);
        const fed = new FedRun(run, feedOf(parameters), from, state.marks);
        const row = m * count;
        for (let t = 0; t < count; ) {
          let steps = 1;
          const swept = sweeps ? fed.sweep(at, t, concentration, exposure, row + t) : 0;
          if (swept > 0) steps = swept;
          else if (at[t] > from) {
            fed.to(at[t]);
            fed.renew();
          }
          for (let s = 0; s < readings.length; s++) {
            const each = readings[s];
            if (swept === 0) out[s][row + t] = read(each, run, parameters, fed.marks);
            else if (each === 'peak' || each === 'trough') {
              const mark = fed.marks[each];
              for (let k = row + t; k < row + t + steps; k++) out[s][k] = Number.isNaN(mark) ? concentration[k] : mark;
            } else if (typeof each !== 'string')
              out[s].fill(read(each, run, parameters, fed.marks), row + t, row + t + steps);
          }
          t += steps;
        }
        const values = at[count - 1] > from ? run.state() : state.values;
        return { at: times[count - 1], values, marks: fed.marks };
      });
      return { values: Object.fromEntries(recorded.map((name, s) => [name, out[s]])), ends };
    },
  };
}

function read<Run extends StructureRun>(reading: Reading<Run>, run: Run, parameters: Parameters, marks: Marks): number {
  if (reading === 'concentration') return run.concentration();
  if (reading === 'exposure') return run.exposure();
  if (typeof reading === 'string') return Number.isNaN(marks[reading]) ? run.concentration() : marks[reading];
  return 'ofRun' in reading ? reading.ofRun(run, parameters) : reading.ofMember(parameters);
}
