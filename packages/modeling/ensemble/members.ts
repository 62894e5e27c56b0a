import type { CompiledProgram } from '../codegen/javascript.ts';
import { symbolsOf } from '../expression/fold.ts';
import type { CompiledModel } from '../program/compiled-model.ts';
import { parameterValues } from '../simulate/parameter-values.ts';
import { ensembleErrors } from './errors.data.ts';
import type { KernelPlan } from './kernel.ts';
import { intervalOf, placeOf } from './plan.ts';

/** One value for all members, or one for each. */
export type PerMember = number | Float64Array;

/** Who is run, from what and for how long. */
export interface EnsembleRequest {
  readonly members: number;
  /** Intervals of the ensemble's step. */
  readonly intervals: number;
  /** Intervals between records, 1 if absent; the first is recorded after so many. Divides `intervals`. */
  readonly every?: number;
  /** Time at the start, 0 if absent. */
  readonly start?: number;
  /** In place of the model's defaults, by name. */
  readonly parameters?: Readonly<Record<string, PerMember>>;
  /** In place of the model's initial values, by name of the state. */
  readonly initial?: Readonly<Record<string, PerMember>>;
  /** Value of each interval, by name: for all members, or members × intervals. An input not given is its fallback. */
  readonly inputs?: Readonly<Record<string, Float64Array>>;
}

/** A request with every name resolved and every value checked. */
export interface Members {
  readonly members: number;
  readonly intervals: number;
  readonly every: number;
  readonly start: number;
  /** Length of an interval. */
  readonly interval: number;
  /** members × parameters, members × states. */
  readonly parameters: Float64Array;
  readonly states: Float64Array;
  readonly inputs: readonly InputValues[];
  /** The order in which members are run: who stand side by side. */
  readonly order: Int32Array;
}

export interface InputValues {
  readonly values: Float64Array;
  /** Whether it is of each member, or one series for all. */
  readonly own: boolean;
}

/** @throws CodedError `ensemble-name`, `ensemble-length`, `ensemble-value`, `ensemble-step` */
export function resolveMembers(
  compiled: CompiledModel,
  plan: KernelPlan,
  alike: CompiledProgram | null,
  request: EnsembleRequest,
): Members {
  const { members, intervals, every = 1, start = 0 } = request;
  const { model } = compiled;
  const whole = (n: number) => Number.isInteger(n) && n >= 1;
  if (!whole(members) || !whole(intervals) || !whole(every) || intervals % every !== 0) {
    const what = `${members} members, ${intervals} intervals, a record every ${every}`;
    throw ensembleErrors.error('ensemble-step', `Not whole and positive, or not divisible: ${what}.`);
  }
  const names = (list: readonly { readonly name: string }[]) => list.map(({ name }) => name);
  const inputs = model.inputs.map(({ fallback }) => ({
    values: new Float64Array(intervals).fill(fallback) as Float64Array,
    own: false,
  }));
  for (const [name, values] of Object.entries(request.inputs ?? {})) {
    const place = placeOf(name, names(model.inputs), 'input');
    if (values.length !== intervals && values.length !== members * intervals) {
      throw wrongLength(name, values.length, `${intervals} or ${members} × ${intervals}`);
    }
    requireFinite(name, values);
    inputs[place] = { values, own: values.length !== intervals };
  }
  const parameters = memberParameters(compiled, members, request.parameters ?? {});
  const width = model.parameters.length;
  const count = model.states.length;
  const states = new Float64Array(members * count);
  const u = new Float64Array(inputs.length);
  const none = new Float64Array(0);
  const each = (visit: (m: number, p: Float64Array, y: Float64Array) => void) => {
    for (let m = 0; m < members; m++) {
      inputs.forEach(({ values, own }, i) => {
        u[i] = values[own ? m * intervals : 0];
      });
      visit(m, parameters.subarray(m * width, (m + 1) * width), states.subarray(m * count, (m + 1) * count));
    }
  };
  each((_, p, y) => compiled.initial(start, p, u, y, none));
  spread(request.initial, names(model.states), 'state', states, members);
  const order = Int32Array.from({ length: members }, (_, m) => m);
  if (alike !== null) {
    const keys = new Float64Array(members);
    const time = Float64Array.of(start);
    each((m, p, y) => alike(time, y, p, u, none, none, keys.subarray(m, m + 1)));
    order.sort((a, b) => keys[a] - keys[b] || a - b);
  }
  const interval = intervalOf(plan, parameters, members);
  return { members, intervals, every, start, interval, parameters, states, inputs, order };
}

/** members × parameters; defaults worked out from a given parameter follow it. */
function memberParameters(
  compiled: CompiledModel,
  members: number,
  given: Readonly<Record<string, PerMember>>,
): Float64Array {
  const { parameters } = compiled.model;
  const names = parameters.map(({ name }) => name);
  const out = new Float64Array(members * names.length);
  const follows = parameters.some(({ name, value }) => !Object.hasOwn(given, name) && symbolsOf(value).size > 0);
  const defaults = compiled.parameters();
  for (let m = 0; m < members; m++) out.set(defaults, m * names.length);
  spread(given, names, 'parameter', out, members);
  if (!follows) return out;
  for (let m = 0; m < members; m++) {
    const own = Object.keys(given).map((name) => [name, out[m * names.length + names.indexOf(name)]]);
    out.set(parameterValues(compiled, Object.fromEntries(own)), m * names.length);
  }
  return out;
}

/** Values by name into members × names. */
function spread(
  given: Readonly<Record<string, PerMember>> | undefined,
  names: readonly string[],
  what: string,
  out: Float64Array,
  members: number,
): void {
  for (const [name, value] of Object.entries(given ?? {})) {
    const place = placeOf(name, names, what);
    if (typeof value !== 'number' && value.length !== members) throw wrongLength(name, value.length, String(members));
    requireFinite(name, typeof value === 'number' ? [value] : value);
    for (let m = 0; m < members; m++) out[m * names.length + place] = typeof value === 'number' ? value : value[m];
  }
}

function requireFinite(name: string, values: ArrayLike<number>): void {
  // Series of all members run to millions of values before any worker begins: four sums, NaN where a value is not finite.
  let [a, b, c, d] = [0, 0, 0, 0];
  const fours = values.length - (values.length % 4);
  for (let i = 0; i < fours; i += 4) {
    a += 0 * values[i];
    b += 0 * values[i + 1];
    c += 0 * values[i + 2];
    d += 0 * values[i + 3];
  }
  for (let i = fours; i < values.length; i++) a += 0 * values[i];
  if (a + b + c + d === 0) return;
  for (let i = 0; i < values.length; i++) {
    if (Number.isFinite(values[i])) continue;
    throw ensembleErrors.error('ensemble-value', `${name}[${i}] is ${values[i]}.`, { field: name });
  }
}

function wrongLength(name: string, length: number, wanted: string) {
  return ensembleErrors.error('ensemble-length', `${name} has ${length} values, not ${wanted}.`, { field: name });
}
