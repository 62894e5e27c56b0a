import { randomStream } from '@gemel/numerics';
import { gradients } from '../program/gradient.ts';
import { interpret } from '../program/interpret.ts';
import { DELAYED, type ModelValues, P, T, U, W, Y } from '../program/lower-model.ts';
import { type Influence, needed, rebuilt } from './influence.ts';
import type { Model } from './model.ts';
import { OF_STATES, type Tangent, type Tangents } from './tangents.ts';

/** What sensitivities become: per state that changes, a value per name. */
export type Jump = readonly { readonly state: number; readonly values: readonly number[] }[];

/** A comparison's sides and the moment from which the first is below the second. */
interface Crossing {
  readonly low: number;
  readonly high: number;
}

/** Everything sensitivities jump by is worked out from. */
export interface JumpContext {
  readonly model: Model;
  readonly values: ModelValues;
  readonly influence: Influence;
  readonly tangents: Tangents;
  readonly names: readonly string[];
  refused(what: string, element: string): Error;
}

/**
 * At an event whose time does not depend on the parameters, S⁺ = ∂g/∂y S⁻ + ∂g/∂p for y⁺ = g. Where the time τ of it does,
 * S⁺ = ∂g/∂y S⁻ + ∂g/∂p + (dg/dt − f⁺) dτ/dp with dτ/dp = −(dh/dp) / (dh/dt) of the function h whose root it is, rates f⁻
 * before and f⁺ after (Rozenvasser, Automation and Remote Control 1967;28:625).
 */
export function eventJumps(context: JumpContext): readonly Jump[] {
  return context.model.events.map((event, e) => {
    const { model, values, influence, tangents } = context;
    const [delay, , ...assigned] = values.events[e];
    const element = `event ${event.id}`;
    const place = (name: string) => model.states.findIndex((state) => state.name === name);
    const states = event.assignments.map(({ state }) => place(state));
    if (influence.of(delay)) throw context.refused('the delay of an event', element);
    const step = influence.stepBefore(assigned);
    if (step) throw context.refused(`a ${step} in an event`, element);
    if (!influence.of(values.triggers[e])) {
      return tangents
        .of(assigned)
        .map((tangent, i) => ({ state: states[i], values: filled(values, tangent) }))
        .filter(({ state }) => influence.of(values.graph.read(Y, state)));
    }
    if (values.graph.constantOf(delay) !== 0) throw context.refused('a delayed event’s trigger', element);
    const crossing = crossingOf(values, values.triggers[e]);
    if (!crossing) throw context.refused('a trigger of more than one comparison', element);
    refuseFurther(context, [crossing.low, crossing.high, ...assigned], element);
    const others = model.events.filter((other) => other !== event).flatMap(({ assignments }) => assignments);
    const sides = needed(values, [crossing.low, crossing.high]);
    if (others.some(({ state }) => sides.includes(values.graph.read(Y, place(state))))) {
      throw context.refused('a trigger that other events can set off', element);
    }
    const before = rebuilt(values, values.rates, forced(values, crossing, false));
    const instead = new Map(states.map((state, i) => [values.graph.read(Y, state), assigned[i]]));
    const after = rebuilt(values, values.rates, instead);
    return shifted(context, crossing, before, after, new Map(states.map((state, i) => [state, assigned[i]])));
  });
}

/**
 * Where a comparison of time with parameters switches rates at a moment that depends on the parameters, sensitivities jump by
 * (f⁻ − f⁺) dτ/dp: one further event for each direction. A comparison of states must switch nothing abruptly, since a state
 * may be carried over it by a jump of its own.
 */
export function switchJumps(context: JumpContext): readonly { readonly trigger: number; readonly jump: Jump }[] {
  const { values, influence } = context;
  const { graph } = values;
  const crossings = new Map<string, Crossing>();
  for (const id of needed(values, [...values.rates, ...values.constraints, ...values.history])) {
    const instruction = graph.instructions[id];
    if (instruction.kind !== 'operation' || !influence.of(id)) continue;
    const [a, b] = instruction.operands;
    if (instruction.operator === 'eq' || instruction.operator === 'ne') {
      throw context.refused('whether two values are equal', instruction.operator);
    }
    if (instruction.operator === 'lt' || instruction.operator === 'le') {
      crossings.set([a, b].sort((x, y) => x - y).join(), { low: Math.min(a, b), high: Math.max(a, b) });
    }
  }
  return [...crossings.values()].flatMap((crossing) => {
    const all = [...values.rates, ...values.constraints, ...values.history];
    const isBelow = rebuilt(values, all, forced(values, crossing, true));
    const isAbove = rebuilt(values, all, forced(values, crossing, false));
    if (isBelow.every((id, i) => id === isAbove[i]) || isContinuous(values, crossing, isBelow, isAbove)) return [];
    const reads = needed(values, [crossing.low, crossing.high]).flatMap((id) => graph.instructions[id]);
    const isOfTime = reads.every((each) => each.kind !== 'read' || each.argument === T || each.argument === P);
    const hasOthers = isBelow.slice(values.rates.length).some((id, i) => id !== isAbove[values.rates.length + i]);
    if (!isOfTime || hasOthers || values.lags.length > 0 || values.constraints.length > 0) {
      throw context.refused('a comparison by which a rate jumps', 'rates');
    }
    const back = { low: crossing.high, high: crossing.low };
    return [
      {
        trigger: graph.operation('lt', crossing.low, crossing.high),
        jump: shifted(context, crossing, isAbove, isBelow),
      },
      { trigger: graph.operation('lt', back.low, back.high), jump: shifted(context, back, isBelow, isAbove) },
    ];
  });
}

/** The jump by a shift of the moment from which `low` is below `high`. */
function shifted(
  { values, influence, tangents, names }: JumpContext,
  { low, high }: Crossing,
  before: readonly number[],
  after: readonly number[],
  assigned: ReadonlyMap<number, number> = new Map(),
): Jump {
  const { graph } = values;
  const of = graph.operation.bind(graph);
  const zero = graph.constant(0);
  const difference = of('sub', low, high);
  const [byName] = tangents.of([difference]);
  const [byTime] = tangents.byTime([difference], before);
  const shift = byName.map((value) => of('neg', of('div', value ?? zero, byTime ?? zero)));
  return before.flatMap((rate, state) => {
    const read = graph.read(Y, state);
    if (!influence.of(read)) return [];
    const value = assigned.get(state);
    if (value === undefined && rate === after[state]) return [];
    const [tangent] =
      value === undefined
        ? [names.map((_, k) => graph.read(OF_STATES, state * names.length + k))]
        : tangents.of([value]);
    const speed = value === undefined ? rate : (tangents.byTime([value], before)[0] ?? zero);
    const change = of('sub', speed, after[state]);
    return [{ state, values: filled(values, tangent).map((own, k) => of('add', own, of('mul', change, shift[k]))) }];
  });
}

function filled({ graph }: ModelValues, tangent: Tangent): readonly number[] {
  return tangent.map((value) => value ?? graph.constant(0));
}

/** A trigger that is one comparison. */
function crossingOf({ graph }: ModelValues, trigger: number): Crossing | undefined {
  const instruction = graph.instructions[trigger];
  if (instruction.kind !== 'operation') return undefined;
  const [a, b] = instruction.operands;
  if (instruction.operator === 'lt' || instruction.operator === 'le') return { low: a, high: b };
  const inside = instruction.operator === 'not' ? crossingOf({ graph } as ModelValues, a) : undefined;
  return inside && { low: inside.high, high: inside.low };
}

/** Comparisons of the two sides as they are where the first is below the second, or above it. */
function forced({ graph }: ModelValues, { low, high }: Crossing, isBelow: boolean): ReadonlyMap<number, number> {
  const truth = (holds: boolean) => graph.constant(holds ? 1 : 0);
  return new Map([
    [graph.operation('lt', low, high), truth(isBelow)],
    [graph.operation('le', low, high), truth(isBelow)],
    [graph.operation('lt', high, low), truth(!isBelow)],
    [graph.operation('le', high, low), truth(!isBelow)],
  ]);
}

/** What moves by itself in ways that are not followed here. */
function refuseFurther({ values, refused }: JumpContext, ids: readonly number[], element: string): void {
  if (values.constraints.length > 0 || values.lags.length > 0) {
    throw refused('beside unknowns or delays, the time of an event', element);
  }
  for (const id of needed(values, ids)) {
    const instruction = values.graph.instructions[id];
    if (instruction.kind === 'read' && [U, W, DELAYED].includes(instruction.argument)) {
      throw refused('an event that also follows an input', element);
    }
  }
}

const POINTS = 20;

/**
 * Whether values agree on both sides of a comparison wherever its sides are equal: tried at random points, each brought onto
 * the crossing by Newton's method along one of the entries that the sides read.
 */
function isContinuous(
  values: ModelValues,
  { low, high }: Crossing,
  below: readonly number[],
  above: readonly number[],
): boolean {
  const { graph } = values;
  const difference = graph.operation('sub', low, high);
  const reads = needed(values, [difference]).filter((id) => graph.instructions[id].kind === 'read');
  const [gradient] = gradients(graph, [difference], reads);
  const directions = [...gradient.keys()];
  const all = needed(values, [...below, ...above, difference]).filter((id) => graph.instructions[id].kind === 'read');
  const slopes = directions.map((i) => gradient.get(i)!);
  const program = graph.program([], [{ name: 'all', values: [difference, ...slopes, ...below, ...above] }]);
  const random = randomStream(1, 'continuity');
  let tried = 0;
  for (let attempt = 0; attempt < 10 * POINTS && tried < POINTS; attempt++) {
    const direction = attempt % Math.max(1, directions.length);
    const moved = graph.instructions[reads[directions[direction]]];
    const point: number[][] = [];
    for (const id of all) {
      const read = graph.instructions[id];
      if (read.kind !== 'read') continue;
      point[read.argument] ??= [];
      point[read.argument][read.index] = Math.exp(2 * random.uniform() - 1);
    }
    if (moved?.kind !== 'read') return false;
    const full = Array.from(point, (entries) => entries ?? []);
    let out = interpret(program, full)[0];
    for (let i = 0; i < 50 && Math.abs(out[0]) > 1e-13; i++) {
      full[moved.argument][moved.index] -= out[0] / out[1 + direction];
      out = interpret(program, full)[0];
    }
    const sides = [...out.slice(1 + slopes.length)];
    if (!(Math.abs(out[0]) <= 1e-13) || !sides.every(Number.isFinite)) continue;
    tried++;
    const [left, right] = [sides.slice(0, below.length), sides.slice(below.length)];
    if (left.some((value, i) => Math.abs(value - right[i]) > 1e-9 * (1 + Math.abs(value)))) return false;
  }
  return tried === POINTS;
}
