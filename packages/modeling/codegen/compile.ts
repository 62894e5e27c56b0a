import type { Model } from '../model/model.ts';
import type { CompiledModel, Values } from '../program/compiled-model.ts';
import { type ModelPrograms, modelPrograms } from '../program/model-programs.ts';
import type { Program } from '../program/program.ts';
import { type CompiledProgram, javascriptFunction } from './javascript.ts';
import { type RosenbrockFunctions, rosenbrockFunctions, unrolls } from './rosenbrock-functions.ts';

/** A checked model, ready to run in JavaScript over Float64Array. Throws what `modelPrograms` throws. */
export function compile(model: Model): CompiledModel {
  return compilePrograms(modelPrograms(model));
}

/** Programs as a model ready to run in JavaScript over Float64Array. Functions are made when first asked for. */
export function compilePrograms(programs: ModelPrograms): CompiledModel {
  const { model } = programs;
  const time = new Float64Array(1);
  const none = new Float64Array(0);
  /** A program of one result as a function of values. */
  const single = (program: Program) => {
    let made: CompiledProgram | undefined;
    return (v: Values, out: Float64Array): void => {
      made ??= javascriptFunction(program);
      time[0] = v.t;
      made(time, v.y, v.p, v.u, v.w, v.delayed, out);
    };
  };
  let initial: CompiledProgram | undefined;
  let rosenbrock: RosenbrockFunctions | null | undefined;
  const step = () => {
    if (rosenbrock === undefined) rosenbrock = rosenbrockFunctions(programs);
    return rosenbrock;
  };
  const events = programs.events.map(single);
  return {
    model,
    delays: programs.delays,
    autonomous: programs.autonomous,
    switches: programs.switches,
    parameters: () => programs.parameters.slice(),
    initial(t, p, u, y, w) {
      initial ??= javascriptFunction(programs.initial);
      time[0] = t;
      initial(time, none, p, u, none, none, y, w);
    },
    rates: single(programs.rates),
    jacobian: { pattern: programs.pattern, values: single(programs.jacobian) },
    definitions: single(programs.definitions),
    constraints: single(programs.constraints),
    constraintJacobian: single(programs.constraintJacobian),
    triggers: single(programs.triggers),
    switchValues: single(programs.switchValues),
    event: (e, v, out) => events[e](v, out),
    propensities: single(programs.propensities),
    history: single(programs.history),
    lags: single(programs.lags),
    rosenbrock: unrolls(programs) ? step : null,
  };
}
