import type { ControlInput } from '@gemel/core';
import type { Dynamics, Parameters } from '@gemel/runtime/dynamics';
import type { StructuralValues } from '../drug.ts';
import { type DosingState, fedDynamics } from '../fed-dynamics.ts';
import { Feed, inflowsOf } from '../inflow.ts';
import { memberRun } from '../member-run.ts';
import { hours } from '../record.ts';
import type { EffectSiteRun } from '../structures/effect-site.ts';
import type { Agent } from './agent.ts';
import { besideControl, dosesOf, INDEX } from './record.ts';

/** Plasma and site of effect, beside the index where the agent has one. Free of error. */
export const PLASMA = 'plasma';
export const EFFECT = 'effect';
/** The other agent at its site of effect. */
export const OTHER = 'other-effect';

/** A member's parameters: structural values, then the concentration of half the effect where there is an index. */
export function parameterNames({ model, index }: Agent): readonly string[] {
  return index === undefined ? model.structure.names : [...model.structure.names, 'CE50'];
}

export function structuralValues({ model }: Agent, parameters: Parameters): StructuralValues {
  return Object.fromEntries(model.structure.names.map((name, i) => [name, parameters[i]]));
}

/** The course of an anaesthetic through plasma and site of effect. */
export function agentDynamics(agent: Agent): Dynamics<DosingState> {
  const { structure } = agent.model;
  const { index, beside } = agent;
  const last = parameterNames(agent).length - 1;
  const effect = (run: EffectSiteRun) => Math.max(0, run.effect());

  return fedDynamics<EffectSiteRun>({
    signals: {
      [PLASMA]: { unit: agent.levelUnit },
      [EFFECT]: { unit: agent.levelUnit },
      ...(index === undefined ? {} : { [INDEX]: { unit: index.unit } }),
      ...(beside === undefined ? {} : { [OTHER]: { unit: beside.unit } }),
    },
    rest: (parameters) => structure.rest(structuralValues(agent, parameters)),
    start: ({ values }, parameters) =>
      memberRun<EffectSiteRun>(structure, parameters, (own) => structuralValues(agent, own), values),
    feeder(controls) {
      const feed = new Feed(inflowsOf(dosesOf(controls), () => ({})));
      return () => feed;
    },
    ...(beside === undefined
      ? {}
      : { beside: (controls) => besideAt(controls.filter((c) => c.control === besideControl(beside))) }),
    reading(signal) {
      if (signal === PLASMA) return 'concentration';
      if (signal === OTHER) return { ofAnother: true };
      if (signal === EFFECT || index === undefined) return { ofRun: effect };
      return { ofRun: (run, parameters) => index.of(effect(run), parameters[last]) };
    },
  });
}

/** What holds at a time, h, of controls in the order of time that are held from one to the next; 0 where nothing does. */
function besideAt(held: readonly ControlInput[]): (at: number) => number {
  const spans = held.map(({ from, to, value }) => ({
    from: hours(from),
    to: to === undefined ? Number.POSITIVE_INFINITY : hours(to),
    value: value.value,
  }));
  // The last instant foretold is still of the one before it.
  return (at) => spans.findLast(({ from, to }) => from <= at && at <= to)?.value ?? 0;
}
