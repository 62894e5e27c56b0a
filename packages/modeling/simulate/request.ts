import type { Solver } from '@gemel/numerics/ode/solver';
import type { StepControl } from '@gemel/numerics/ode/step-control';
import type { CompiledModel } from '../program/compiled-model.ts';
import type { ResolvedDose } from './dose-schedule.ts';
import { simulationErrors } from './errors.data.ts';
import { defaults, methods } from './methods.ts';
import { parameterValues } from './parameter-values.ts';
import { type Place, places } from './quantity-reader.ts';
import type { Dose, InputSeries, SimulationRequest } from './simulation.ts';

/** A request whose every name and number has been checked against the model. */
export interface ResolvedRequest {
  readonly times: Float64Array;
  readonly parameters: Float64Array;
  readonly initial: readonly { readonly state: number; readonly value: number }[];
  readonly inputs: readonly (InputSeries | undefined)[];
  readonly doses: readonly ResolvedDose[];
  readonly names: readonly string[];
  readonly outputs: readonly Place[];
  readonly solver: Solver;
  readonly control: StepControl;
  readonly mostSteps: number;
  readonly seed: number;
  readonly repeated: boolean;
}

const MOST_STEPS = 1_000_000;

/** @throws CodedError with a code that begins with `simulation-` for anything the model or the solver cannot take */
export function resolveRequest(model: CompiledModel, request: SimulationRequest): ResolvedRequest {
  const { times } = request;
  const ascend = times.length > 0 && times.every((t, i) => Number.isFinite(t) && (i === 0 || t > times[i - 1]));
  if (!ascend)
    throw simulationErrors.error('simulation-times', `${times.length} times that do not ascend or are not finite`);
  const known = places(model);
  const find = (name: string, kinds: readonly Place['kind'][], what: string): Place => {
    const place = known.get(name);
    if (place !== undefined && kinds.includes(place.kind)) return place;
    throw simulationErrors.error('simulation-unknown-name', `${model.model.id} has no ${what} ${name}`, {
      element: name,
    });
  };
  const index = (name: string, kind: 'state' | 'input' | 'parameter', what: string = kind): number =>
    (find(name, [kind], what) as { readonly index: number }).index;
  const given = request.parameters ?? {};
  for (const [name, value] of Object.entries(given)) {
    index(name, 'parameter');
    finite(name, value);
  }
  const initial = Object.entries(request.initial ?? {}).map(([name, value]) => {
    finite(name, value);
    return { state: index(name, 'state'), value };
  });
  const inputs: (InputSeries | undefined)[] = model.model.inputs.map(() => undefined);
  for (const [name, series] of Object.entries(request.inputs ?? {})) {
    inputs[index(name, 'input')] = checkedSeries(name, series);
  }
  const names = [...(request.outputs ?? model.model.outputs)];
  const doses = (request.doses ?? []).map((dose) => {
    const quantity = (name: string) => find(name, ['parameter', 'definition'], 'parameter or definition');
    return resolveDose(model, dose, times[0], index(dose.state, 'state'), quantity);
  });
  const solver = methodOf(request);
  return {
    times,
    parameters: parameterValues(model, given),
    initial,
    inputs,
    doses,
    names,
    outputs: names.map((name) =>
      find(name, ['state', 'definition', 'unknown', 'input', 'parameter', 'time'], 'quantity'),
    ),
    solver,
    control: controlOf(request),
    mostSteps: request.mostSteps ?? (request.step === undefined ? MOST_STEPS : Number.POSITIVE_INFINITY),
    seed: request.seed ?? 1,
    repeated: request.repeated ?? false,
  };
}

function finite(name: string, value: number): void {
  if (Number.isFinite(value)) return;
  throw simulationErrors.error('simulation-value-not-finite', `${name} is given as ${value}`, { element: name });
}

function checkedSeries(name: string, series: InputSeries): InputSeries {
  const { times, values } = series;
  const bad = (why: string) =>
    simulationErrors.error('simulation-input-series', `input ${name}: ${why}`, { element: name });
  if (times.length === 0) throw bad('no times');
  if (times.length !== values.length) throw bad(`${times.length} times and ${values.length} values`);
  for (let i = 0; i < times.length; i++) {
    if (!Number.isFinite(times[i]) || (i > 0 && times[i] < times[i - 1])) throw bad(`time ${i} (${times[i]}) descends`);
    finite(`${name}[${i}]`, values[i]);
  }
  return series;
}

function methodOf(request: SimulationRequest): Solver {
  const { method, step } = request;
  if (method === undefined) return step === undefined ? defaults.adaptive : defaults.fixed;
  if (Object.hasOwn(methods, method)) return methods[method];
  const known = Object.keys(methods).join(', ');
  throw simulationErrors.error('simulation-method-unknown', `no method ${method}; there are ${known}`, {
    element: method,
  });
}

function controlOf(request: SimulationRequest): StepControl {
  const positive = (name: string, value: number) => {
    if (value > 0 && Number.isFinite(value)) return value;
    throw simulationErrors.error('simulation-control', `${name} is ${value}`, { element: name });
  };
  if (request.mostSteps !== undefined) positive('mostSteps', request.mostSteps);
  if (request.step !== undefined) return { kind: 'fixed', step: positive('step', request.step) };
  return {
    kind: 'adaptive',
    relative: positive('relative', request.relative ?? 1e-6),
    absolute: positive('absolute', request.absolute ?? 1e-9),
    mostSteps: request.mostSteps ?? MOST_STEPS,
  };
}

function resolveDose(
  model: CompiledModel,
  dose: Dose,
  start: number,
  state: number,
  quantity: (name: string) => Place,
): ResolvedDose {
  const { time, amount, duration = 0, additional = 0, interval = 0, steadyState = false } = dose;
  const bad = (why: string) =>
    simulationErrors.error('simulation-dose', `dose into ${dose.state} at ${time}: ${why}`, { element: dose.state });
  if (!(time >= start && time < Number.POSITIVE_INFINITY)) throw bad(`its time is before the start (${start})`);
  if (!(amount >= 0 && amount < Number.POSITIVE_INFINITY)) throw bad(`its amount is ${amount}`);
  if (!(Number.isInteger(additional) && additional >= 0)) throw bad(`${additional} additional doses`);
  if (!(interval >= 0 && interval < Number.POSITIVE_INFINITY)) throw bad(`its interval is ${interval}`);
  if (interval === 0 && additional > 0) throw bad('additional doses need an interval');
  if (interval === 0 && steadyState) throw bad('a steady state needs an interval');
  if (steadyState && model.delays > 0) throw bad('the steady state of a model with delay terms is not found here');
  if (typeof duration === 'number' && !(duration >= 0 && duration < Number.POSITIVE_INFINITY)) {
    throw bad(`its duration is ${duration}`);
  }
  return {
    time,
    state,
    name: dose.state,
    amount,
    timing: timingOf(duration, quantity),
    additional,
    interval,
    steadyState,
    lag: dose.lag === undefined ? null : quantity(dose.lag),
    bioavailability: dose.bioavailability === undefined ? null : quantity(dose.bioavailability),
  };
}

function timingOf(duration: NonNullable<Dose['duration']>, quantity: (name: string) => Place): ResolvedDose['timing'] {
  if (duration === 0) return { kind: 'bolus' };
  if (typeof duration === 'number') return { kind: 'duration', value: duration };
  if ('rate' in duration) return { kind: 'rate', value: quantity(duration.rate) };
  return { kind: 'duration', value: quantity(duration.duration) };
}
