import type { ExplicitMethod } from '@gemel/numerics/ode/method';
import { rk4 } from '@gemel/numerics/ode/rk4';
import { tsit5 } from '@gemel/numerics/ode/tsit5';
import { type Expression, symbol } from '../expression/expression.ts';
import type { Model } from '../model/model.ts';
import { lowerModel } from '../program/lower-model.ts';
import { ARGUMENTS } from '../program/model-programs.ts';
import type { Program } from '../program/program.ts';
import { ensembleErrors } from './errors.data.ts';
import type { KernelPlan } from './kernel.ts';

const METHODS = { rk4, tsit5 } as const satisfies Record<string, ExplicitMethod>;
export type EnsembleMethod = keyof typeof METHODS;

/** What of an ensemble is settled before its members are known. */
export interface EnsembleDesign {
  /** Length of an interval, in the model's unit of time, or the parameter that holds it: inputs are held over it. */
  readonly step: number | string;
  /** Steps an interval is divided into, 1 if absent: a whole number, or an expression worked out where the interval begins. */
  readonly substeps?: number | Expression;
  /** Default rk4. */
  readonly method?: EnsembleMethod;
  /** Values that states take where an interval begins, worked out together from what is known just before. */
  readonly updates?: Readonly<Record<string, Expression>>;
  /**
   * Members with near values of it (at the start) run side by side, which saves waiting where `substeps` differ between
   * them. No result depends on it.
   */
  readonly alike?: Expression;
  /** Names recorded: states, definitions, inputs or parameters; the model's outputs if absent. */
  readonly outputs?: readonly string[];
}

/** A kernel's plan, the names of its outputs, and the program of `alike` (over ARGUMENTS). */
export interface EnsemblePlan extends KernelPlan {
  readonly names: readonly string[];
  readonly alike: Program | null;
}

/** @throws CodedError `ensemble-unsupported`, `ensemble-name`, `ensemble-step` */
export function planEnsemble(model: Model, design: EnsembleDesign): EnsemblePlan {
  const { step, substeps = 1, method = 'rk4', updates = {}, outputs = model.outputs } = design;
  refuse(model);
  const values = lowerModel(model);
  if (values.lags.length > 0) throw unsupported(model, 'delay');
  if (typeof step === 'number') requireStep(step);
  if (typeof substeps === 'number' && !(Number.isInteger(substeps) && substeps >= 1)) {
    throw ensembleErrors.error('ensemble-step', `An interval cannot be divided into ${substeps} steps.`);
  }
  const stateNames = model.states.map(({ name }) => name);
  const parameterNames = model.parameters.map(({ name }) => name);
  const known = [...stateNames, ...[...model.definitions, ...model.inputs].map(({ name }) => name), ...parameterNames];
  const updated = Object.keys(updates).map((name) => placeOf(name, stateNames, 'state'));
  for (const name of outputs) placeOf(name, known, 'quantity');
  const lengths = [1, model.states.length, model.parameters.length, model.inputs.length, 0, 0];
  const args = ARGUMENTS.map((name, i) => ({ name, length: lengths[i] }));
  const computed = typeof substeps === 'number' ? [] : [substeps];
  const alike = design.alike && values.number(design.alike);
  return {
    names: outputs,
    alike: alike === undefined ? null : values.graph.program(args, [{ name: 'value', values: [alike] }]),
    states: model.states.length,
    inputs: model.inputs.length,
    outputs: outputs.length,
    program: values.graph.program(args, [
      { name: 'rates', values: values.rates },
      {
        name: 'updates',
        values: [...Object.values(updates), ...computed].map((expression) => values.number(expression)),
      },
      { name: 'outputs', values: outputs.map((name) => values.number(symbol(name))) },
    ]),
    updated,
    positive: model.states.flatMap((state, i) => (state.positive ? [i] : [])),
    method: METHODS[method],
    interval: typeof step === 'number' ? step : { parameter: placeOf(step, parameterNames, 'parameter') },
    substeps: typeof substeps === 'number' ? substeps : 'computed',
  };
}

/** Length of the members' intervals, the same for all of one run. */
export function intervalOf({ interval }: KernelPlan, parameters: Float64Array, members: number): number {
  if (typeof interval === 'number') return interval;
  const width = parameters.length / members;
  const length = parameters[interval.parameter];
  for (let m = 0; m < members; m++) {
    const own = parameters[m * width + interval.parameter];
    if (own !== length) throw ensembleErrors.error('ensemble-step', `Steps of ${length} and of ${own} in one run.`);
  }
  requireStep(length);
  return length;
}

function requireStep(step: number): void {
  if (step > 0 && Number.isFinite(step)) return;
  throw ensembleErrors.error('ensemble-step', `A step of ${step} is not positive.`);
}

export function placeOf(name: string, names: readonly string[], what: string): number {
  const place = names.indexOf(name);
  if (place >= 0) return place;
  throw ensembleErrors.error('ensemble-name', `The model has no ${what} "${name}", but ${names.join(', ')}.`, {
    field: name,
  });
}

function refuse(model: Model): void {
  if (model.events.length > 0) throw unsupported(model, `event ${model.events[0].id}`);
  if (model.unknowns.length > 0) throw unsupported(model, `unknown ${model.unknowns[0].name}`);
}

function unsupported(model: Model, what: string) {
  return ensembleErrors.error('ensemble-unsupported', `An ensemble cannot run ${what} of the model.`, {
    file: model.id,
    element: what,
  });
}
