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
  /** What another drug comes to; absent where nothing is known of one. */
  readonly beside?: number;
}

/** What a run tells as it stands; or what doses left, and what it tells before there were any. */
export type RunReading = 'concentration' | 'exposure' | keyof Marks;

/** What a signal is: told by any run, of the member alone, of a run of this kind, or of another drug. */
export type Reading<Run extends StructureRun> =
  | RunReading
  | { readonly ofMember: (parameters: Parameters) => number }
  | { readonly ofRun: (run: Run, parameters: Parameters) => number }
  | { readonly ofAnother: true };

/** What tells one fed structure's dynamics from another's. */
export interface FedStructure<Run extends StructureRun> {
  readonly signals: Dynamics<DosingState>['signals'];
  rest(parameters: Parameters): Float64Array;
  /** A run that stands at a state, used until the next is started. */
  start(state: DosingState, parameters: Parameters): Run;
  /** What controls bring into a member. */
  feeder(controls: readonly ControlInput[]): (parameters: Parameters) => Feed;
  reading(signal: string): Reading<Run>;
  /** What controls say of another drug at a time, h; absent: nothing is asked of one. */
  beside?(controls: readonly ControlInput[]): (at: number) => number;
}

/** The dynamics of a structure and what is fed into it. What happens at an instant acts after it is read. */
export function fedDynamics<Run extends StructureRun>(given: FedStructure<Run>): Dynamics<DosingState> {
  const { signals, rest, start, feeder, reading, beside } = given;
  return {
    signals,
    init: (parameters, at) => ({ at, values: rest(parameters) }),
    advance(state, parameters, controls, until) {
      const fed = new FedRun(start(state, parameters), feeder(controls)(parameters), hours(state.at), state.marks);
      fed.to(hours(until));
      return standing(until, fed.run.state(), fed.marks, beside?.(controls)(hours(until)));
    },
    observe: (state, parameters, signal) =>
      read(reading(signal), start(state, parameters), parameters, state.marks ?? NO_MARKS, state.beside),
    time: ({ at }) => at,
    snapshot({ at, values, marks: { peak, trough } = NO_MARKS, beside: other = Number.NaN }) {
      return new Uint8Array(Float64Array.of(at, peak, trough, ...(beside ? [other] : []), ...values).buffer);
    },
    restore(bytes) {
      const [at, peak, trough, ...others] = new Float64Array(bytes.slice().buffer);
      const other = beside ? others.shift() : undefined;
      const values = Float64Array.from(others);
      return standing(instant(at), values, { peak, trough }, Number.isNaN(other) ? undefined : other);
    },
    trajectories({ members, controls, times, signals: recorded }) {
      const count = times.length;
      const at = Float64Array.from(times, hours);
      const out = recorded.map(() => new Float64Array(members.length * count));
      const feedOf = feeder(controls);
      const other = beside && Float64Array.from(at, beside(controls));
      const readings = recorded.map(reading);
      const sweeps = readings.every((each) => typeof each === 'string' || 'ofMember' in each);
      const written = (name: string) =>
        out[readings.indexOf(name as Reading<Run>)] ?? new Float64Array(members.length * count);
      const [concentration, exposure] = [written('concentration'), written('exposure')];
      const ends: DosingState[] = [];
      members.forEach((member, m) => {
        const { parameters, state } = member;
        if (member === members[m - 1]) {
          for (const own of out) own.copyWithin(m * count, (m - 1) * count, m * count);
          ends.push(ends[m - 1]);
          return;
        }
        const run = start(state, parameters);
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
            if (swept === 0)
              out[s][row + t] = read(each, run, parameters, fed.marks, at[t] > from ? other?.[t] : state.beside);
            else if (each === 'peak' || each === 'trough') {
              const mark = fed.marks[each];
              for (let k = row + t; k < row + t + steps; k++) out[s][k] = Number.isNaN(mark) ? concentration[k] : mark;
            } else if (typeof each !== 'string')
              out[s].fill(read(each, run, parameters, fed.marks), row + t, row + t + steps);
          }
          t += steps;
        }
        const values = at[count - 1] > from ? run.state() : state.values;
        ends.push(standing(times[count - 1], values, fed.marks, other?.at(-1)));
      });
      return { values: Object.fromEntries(recorded.map((name, s) => [name, out[s]])), ends };
    },
  };
}

function standing(at: Instant, values: Float64Array, marks: Marks, beside: number | undefined): DosingState {
  return beside === undefined ? { at, values, marks } : { at, values, marks, beside };
}

function read<Run extends StructureRun>(
  reading: Reading<Run>,
  run: Run,
  parameters: Parameters,
  marks: Marks,
  beside = 0,
): number {
  if (reading === 'concentration') return run.concentration();
  if (reading === 'exposure') return run.exposure();
  if (typeof reading === 'string') return Number.isNaN(marks[reading]) ? run.concentration() : marks[reading];
  if ('ofAnother' in reading) return beside;
  return 'ofRun' in reading ? reading.ofRun(run, parameters) : reading.ofMember(parameters);
}
