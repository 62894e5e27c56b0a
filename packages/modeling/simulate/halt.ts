import type { Problem } from '@gemel/core';
import type { StepStatus } from '@gemel/numerics/ode/solver';
import { evaluate } from '../expression/evaluate.ts';
import { contentsOf, nodesOf } from '../expression/fold.ts';
import { print } from '../expression/print.ts';
import { Dependence } from '../model/dependence.ts';
import type { DoseOutcome } from './dose-schedule.ts';
import { simulationErrors } from './errors.data.ts';
import type { Evaluation } from './evaluation.ts';
import type { EventOutcome } from './event-queue.ts';
import type { SimulationStatus } from './simulation.ts';
import { COMPARISONS } from './time-switches.ts';

/** The end of a run before its time: thrown inside a run, never out of it. */
export class Halt {
  readonly status: Exclude<SimulationStatus, 'complete'>;
  readonly problem: Problem;

  constructor(status: Exclude<SimulationStatus, 'complete'>, problem: Problem) {
    this.status = status;
    this.problem = problem;
  }
}

/** A solver gave up at (t, y). */
export function stepHalt(
  status: Exclude<StepStatus, 'stepped'>,
  evaluation: Evaluation,
  t: number,
  y: Float64Array,
): Halt {
  if (evaluation.fault !== null) return faultHalt(evaluation, t);
  const state = concerned(evaluation, t, y);
  const where = { element: state };
  switch (status) {
    case 'step-too-small':
      return new Halt(
        status,
        simulationErrors.problem(
          'simulation-step-too-small',
          `no step is short enough for ${state} at time ${t}`,
          where,
        ),
      );
    case 'too-many-steps':
      return new Halt(
        status,
        simulationErrors.problem(
          'simulation-too-many-steps',
          `steps ran out at time ${t}; ${state} moves fastest`,
          where,
        ),
      );
    case 'not-finite':
      return new Halt(
        status,
        simulationErrors.problem(
          'simulation-not-finite',
          `${state} or its rate is no finite number after time ${t}${withoutValue(evaluation, state)}`,
          where,
        ),
      );
    case 'singular':
      return new Halt(
        status,
        simulationErrors.problem(
          'simulation-singular',
          `the equations of a step at time ${t} are singular, ${state}`,
          where,
        ),
      );
  }
}

/** The model could not be evaluated at t. */
export function faultHalt(evaluation: Evaluation, t: number): Halt {
  const { fault, model } = evaluation;
  if (fault?.kind === 'lag') {
    const message = `delay term ${fault.term + 1} has the lag ${fault.lag} at time ${t}`;
    return new Halt('out-of-range', simulationErrors.problem('simulation-out-of-range', message, {}));
  }
  const element = model.model.unknowns[fault?.unknown ?? 0]?.name ?? model.model.id;
  const message = `the constraints give no value of ${element} at time ${t}`;
  return new Halt('singular', simulationErrors.problem('simulation-singular', message, { element }));
}

export function doseHalt(outcome: Exclude<DoseOutcome, { kind: 'done' }>, evaluation: Evaluation, t: number): Halt {
  if (outcome.kind === 'singular') return faultHalt(evaluation, t);
  const where = { element: outcome.dose.name };
  if (outcome.kind === 'no-steady-state') {
    const message = `doses into ${outcome.dose.name} every ${outcome.dose.interval} come to no steady state`;
    return new Halt(outcome.kind, simulationErrors.problem('simulation-no-steady-state', message, where));
  }
  const message = `the dose into ${outcome.dose.name} at time ${t} has the ${outcome.what} ${outcome.value}`;
  return new Halt(outcome.kind, simulationErrors.problem('simulation-out-of-range', message, where));
}

export function eventHalt(outcome: Exclude<EventOutcome, { kind: 'done' }>, evaluation: Evaluation, t: number): Halt {
  if (outcome.kind === 'singular') return faultHalt(evaluation, t);
  const { id } = evaluation.model.model.events[outcome.event];
  if (outcome.kind === 'delay') {
    const message = `event ${id} has the delay ${outcome.delay} at time ${t}`;
    return new Halt('out-of-range', simulationErrors.problem('simulation-out-of-range', message, { element: id }));
  }
  return chatterHalt(id, t);
}

/** `element`: the event last carried out, or the condition that switches. */
export function chatterHalt(element: string, t: number): Halt {
  const message = `${element} switches again and again at time ${t}`;
  return new Halt('chatter', simulationErrors.problem('simulation-chatter', message, { element }));
}

/** The comparison that turns soonest from (t, y), as the state moves there, as text; the model's id where there is none. */
export function nearestCondition(evaluation: Evaluation, t: number, y: Float64Array): string {
  const { model } = evaluation.model;
  const slope = new Float64Array(y.length);
  evaluation.system.rhs(t, y, slope);
  const ahead = 1e-6 * Math.max(1, Math.abs(t));
  const now = valuesAt(evaluation, t, y);
  const later = valuesAt(
    evaluation,
    t + ahead,
    y.map((value, i) => value + ahead * slope[i]),
  );
  let nearest = model.id;
  let soonest = Number.POSITIVE_INFINITY;
  for (const node of nodesOf([
    ...model.definitions.map(({ value }) => value),
    ...model.states.map(({ rate }) => rate),
    ...model.constraints,
    ...model.events.map(({ trigger }) => trigger),
  ])) {
    if (node.kind !== 'call' || !COMPARISONS.has(node.operator)) continue;
    const { operators } = contentsOf(node);
    if (operators.has('delay') || operators.has('rateOf')) continue;
    const [a, b] = node.operands;
    const apart = evaluate(a, now, t) - evaluate(b, now, t);
    const then = evaluate(a, later, t + ahead) - evaluate(b, later, t + ahead);
    const turns = Math.abs(apart / (then - apart));
    if (!(turns < soonest)) continue;
    soonest = turns;
    nearest = print(node);
  }
  return nearest;
}

/** Every named value of the model at (t, y). */
function valuesAt(evaluation: Evaluation, t: number, y: Float64Array): Readonly<Record<string, number>> {
  const { model } = evaluation.model;
  evaluation.at(t, y);
  const { p, u, w } = evaluation.values;
  const defined = new Float64Array(model.definitions.length);
  evaluation.model.definitions(evaluation.values, defined);
  const all = [
    [model.parameters, p],
    [model.states, y],
    [model.inputs, u],
    [model.unknowns, w],
    [model.definitions, defined],
  ] as const;
  return Object.fromEntries(all.flatMap(([named, values]) => named.map(({ name }, i) => [name, values[i]])));
}

/** `: k is NaN` of a parameter or input that a state's rate asks and that has no finite value; else nothing. */
function withoutValue({ model: { model }, values: { p, u } }: Evaluation, state: string): string {
  const rates = model.states.flatMap(({ name, rate }) => (name === state ? [rate] : []));
  const needed = new Dependence(model).of(...rates);
  const given = [
    ...model.parameters.map(({ name }, i) => [name, p[i]] as const),
    ...model.inputs.map(({ name }, i) => [name, u[i]] as const),
  ];
  const found = given.find(([name, value]) => needed.has(name) && !Number.isFinite(value));
  return found === undefined ? '' : `: ${found[0]} is ${found[1]}`;
}

/** Shares of a time scale of 1 by which is looked ahead for what will not be finite. */
const AHEAD = [0, 1e-12, 1e-9, 1e-6, 1e-3];

/** The state that is not finite or whose rate is not, here or a little ahead; else the one that moves fastest for its size. */
function concerned(evaluation: Evaluation, t: number, y: Float64Array): string {
  const { states } = evaluation.model.model;
  const slope = new Float64Array(y.length);
  const dy = new Float64Array(y.length);
  evaluation.system.rhs(t, y, slope);
  for (const share of AHEAD) {
    const step = share * Math.max(1, Math.abs(t));
    const moved = y.map((value, i) => (step === 0 ? value : value + step * slope[i]));
    evaluation.system.rhs(t + step, moved, dy);
    const found = states.findIndex((_, i) => !Number.isFinite(moved[i]) || !Number.isFinite(dy[i]));
    if (found >= 0) return states[found].name;
  }
  const speeds = states.map((_, i) => Math.abs(slope[i]) / Math.max(Math.abs(y[i]), Number.MIN_VALUE));
  return states[speeds.indexOf(Math.max(...speeds))]?.name ?? evaluation.model.model.id;
}
