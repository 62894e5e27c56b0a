import type { ControlInput } from '@gemel/core';
import { instant } from '@gemel/core';
import type { Dynamics, Parameters } from '@gemel/runtime/dynamics';
import type { StructuralValues } from '../drug.ts';
import type { DosingState } from '../dynamics.ts';
import { FedRun, Feed, inflowsOf } from '../inflow.ts';
import { hours } from '../record.ts';
import type { EffectSiteRun } from '../structures/effect-site.ts';
import type { Agent } from './agent.ts';
import { dosesOf, INDEX } from './record.ts';

/** Plasma and site of effect, beside the index where the agent has one. Free of error. */
export const PLASMA = 'plasma';
export const EFFECT = 'effect';

/** A member's parameters: structural values, then the concentration of half the effect where there is an index. */
export function parameterNames({ model, index }: Agent): readonly string[] {
  return index === undefined ? model.structure.names : [...model.structure.names, 'CE50'];
}

export function structuralValues({ model }: Agent, parameters: Parameters): StructuralValues {
  return Object.fromEntries(model.structure.names.map((name, i) => [name, parameters[i]]));
}

/** The course of an anaesthetic through plasma and site of effect. What happens at an instant acts after it is read. */
export function agentDynamics(agent: Agent): Dynamics<DosingState> {
  const { structure } = agent.model;
  const { index } = agent;
  const last = parameterNames(agent).length - 1;
  const feedOf = (controls: readonly ControlInput[]) => new Feed(inflowsOf(dosesOf(controls), () => ({})));
  const start = ({ values }: DosingState, parameters: Parameters) =>
    structure.run(structuralValues(agent, parameters), values);
  const read = (run: EffectSiteRun, parameters: Parameters, signal: string) => {
    if (signal === PLASMA) return run.concentration();
    const effect = Math.max(0, run.effect());
    return signal === EFFECT || index === undefined ? effect : index.of(effect, parameters[last]);
  };

  return {
    signals: {
      [PLASMA]: { unit: agent.levelUnit },
      [EFFECT]: { unit: agent.levelUnit },
      ...(index === undefined ? {} : { [INDEX]: { unit: index.unit } }),
    },
    init: (parameters, at) => ({ at, values: structure.rest(structuralValues(agent, parameters)) }),
    advance(state, parameters, controls, until) {
      const fed = new FedRun(start(state, parameters), feedOf(controls), hours(state.at));
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
    trajectories({ members, controls, times, signals }) {
      const count = times.length;
      const at = Float64Array.from(times, hours);
      const out = signals.map(() => new Float64Array(members.length * count));
      const feed = feedOf(controls);
      const ends = members.map(({ parameters, state }, m) => {
        const run = start(state, parameters);
        const from = hours(state.at);
        const fed = new FedRun(run, feed, from);
        let { values } = state;
        for (let t = 0; t < count; t++) {
          if (at[t] > from) {
            fed.to(at[t]);
            values = fed.renew();
          }
          for (let s = 0; s < signals.length; s++) out[s][m * count + t] = read(run, parameters, signals[s]);
        }
        return { at: times[count - 1], values };
      });
      return { values: Object.fromEntries(signals.map((name, s) => [name, out[s]])), ends };
    },
  };
}
