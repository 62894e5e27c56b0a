import type { JumpSystem } from '@gemel/numerics/ssa/jump-system';
import { type Expression, TIME } from '../expression/expression.ts';
import { Dependence, turnsOnce } from '../model/dependence.ts';
import type { Model, Reaction } from '../model/model.ts';
import type { CompiledModel, Values } from '../program/compiled-model.ts';
import { stochasticErrors } from './errors.data.ts';
import { type Jump, jumpSystem, LoweredModel } from './reaction-system.ts';

/** Numbers per random number: its arguments, worked out where an event's assignments are. */
export type DrawArguments = (v: Values) => Float64Array;

/** A model as stochastic simulation runs it. */
export interface StochasticModel {
  readonly compiled: CompiledModel;
  readonly jumps: readonly Jump[];
  /** Places of the states that reactions change. */
  readonly jumping: Int32Array;
  /** Places of the states that move by a rate of their own. */
  readonly flowing: Int32Array;
  /** Whether a trigger depends on time or a flowing state; then whether it can turn twice between jumps. */
  readonly movingTriggers: boolean;
  readonly turnsOnce: boolean;
  /** Whether a trigger or a flow answers to what reactions change: then each jump is looked at. */
  readonly answersToJumps: boolean;
  /** Inputs that rates of reactions name. */
  readonly rateInputs: ReadonlySet<string>;
  /** Per draw of the model. */
  readonly draws: readonly DrawArguments[];
  /** Per event, places of the draws its assignments name, with those that they name. */
  readonly eventDraws: readonly (readonly number[])[];
  /** The reactions as jumps, under `v`, whose state the system's stands for. */
  system(v: Values): JumpSystem;
}

/**
 * A compiled model prepared for stochastic simulation. Between jumps and events a state stands still or flows in a straight
 * line, and no reaction's rate changes. A reversible reaction whose rate is a difference, or a multiple of one, becomes two.
 * @throws stochastic-unsupported, stochastic-no-reactions, stochastic-moving-rate, stochastic-mixed-state
 */
export function stochasticModel(compiled: CompiledModel): StochasticModel {
  const { model } = compiled;
  const drawn = model.draws ?? [];
  refuse(compiled);
  const definitions = new Map(model.definitions.map(({ name, value }) => [name, value]));
  const jumps = model.reactions.filter(changes).flatMap((reaction) => directions(reaction, definitions));
  const dependence = new Dependence(model);
  refuseMisplacedDraws(model, dependence);
  const jumping = new Set(model.reactions.flatMap(({ change }) => [...change.keys()]));
  const flows = model.states.filter(({ name, rate }) => !jumping.has(name) && !isZero(rate));
  const flowNames = new Set(flows.map(({ name }) => name));
  const moves = (names: ReadonlySet<string>) => names.has(TIME) || [...names].some((name) => flowNames.has(name));
  const answers = (names: ReadonlySet<string>) => [...names].some((name) => jumping.has(name));

  for (const { id, rate } of jumps) {
    const bases = dependence.of(rate);
    if (!moves(bases)) continue;
    const by = [...bases].find((name) => name === TIME || flowNames.has(name))!;
    throw stochasticErrors.error('stochastic-moving-rate', `The rate of reaction ${id} changes with ${by}.`, {
      element: id,
    });
  }
  for (const { name, rate } of flows) {
    if (!moves(dependence.of(rate))) continue;
    throw stochasticErrors.error(
      'stochastic-unsupported',
      `The state ${name} moves by a rate that changes between reactions.`,
      { element: name },
    );
  }
  const triggers = model.events.map((event) => event.trigger);
  const triggerBases = dependence.of(...triggers);
  const lowered = new LoweredModel(model);
  const prepared: StochasticModel = {
    compiled,
    jumps,
    jumping: Int32Array.from(model.states.flatMap(({ name }, i) => (jumping.has(name) ? [i] : []))),
    flowing: Int32Array.from(flows, (flow) => model.states.indexOf(flow)),
    movingTriggers: moves(triggerBases),
    turnsOnce: turnsOnce(model, flowNames, triggers),
    answersToJumps: answers(triggerBases) || answers(dependence.of(...flows.map(({ rate }) => rate))),
    rateInputs: new Set(
      [...dependence.of(...jumps.map(({ rate }) => rate))].filter((name) =>
        model.inputs.some((input) => input.name === name),
      ),
    ),
    draws: drawn.map(({ arguments: given }) => lowered.function(given)),
    eventDraws: model.events.map((event) =>
      drawsOf(
        model,
        dependence,
        event.assignments.map(({ value }) => value),
      ),
    ),
    system: jumpSystem(model, jumps, dependence, lowered),
  };
  refuseMixed(prepared, jumping);
  return prepared;
}

function isZero(rate: Expression): boolean {
  return rate.kind === 'number' && rate.value === 0;
}

function refuse({ model, delays }: CompiledModel): void {
  const unsupported = (what: string, element: string) =>
    stochasticErrors.error('stochastic-unsupported', `${what} cannot be simulated stochastically.`, { element });
  if (model.unknowns.length > 0) {
    throw unsupported(`The constraint that determines ${model.unknowns[0].name}`, model.unknowns[0].name);
  }
  if (delays > 0) throw unsupported('A delayed quantity', 'delay');
  if (model.reactions.length === 0 && (model.draws ?? []).length === 0) {
    throw stochasticErrors.error('stochastic-no-reactions', `The model ${model.id} has no reactions.`, {
      element: model.id,
    });
  }
}

/** Random numbers stand in event assignments alone: elsewhere nothing says when they are drawn. */
function refuseMisplacedDraws(model: Model, dependence: Dependence): void {
  const drawn = new Set(model.draws?.map(({ input }) => input));
  const expressions = [
    ...model.states.flatMap(({ initial, rate }) => [initial, rate]),
    ...model.reactions.map(({ rate }) => rate),
    ...model.definitions.map(({ value }) => value),
    ...model.events.map(({ trigger }) => trigger),
  ];
  const misplaced = [...dependence.of(...expressions)].find((name) => drawn.has(name));
  if (misplaced === undefined) return;
  throw stochasticErrors.error(
    'stochastic-unsupported',
    `The random number ${misplaced} stands outside the assignments of events.`,
    { element: misplaced },
  );
}

/** Whether a reaction changes anything: one between boundary species does not. */
function changes({ change }: Reaction): boolean {
  return [...change.values()].some((value) => value !== 0);
}

/** A reaction's directions: a reversible one's rate is a difference of two rates, or one times others. */
function directions(reaction: Reaction, definitions: ReadonlyMap<string, Expression>): Jump[] {
  const { id, rate } = reaction;
  const written = rate.kind === 'symbol' ? (definitions.get(rate.name) ?? rate) : rate;
  const sides = reaction.reversible ? difference(written) : null;
  if (sides === null) return [{ id, rate, direction: 1, reaction }];
  return [
    { id, rate: sides[0], direction: 1, reaction },
    { id: `${id} backwards`, rate: sides[1], direction: -1, reaction },
  ];
}

function difference(rate: Expression): readonly [Expression, Expression] | null {
  if (rate.kind !== 'call') return null;
  const { operator, operands } = rate;
  if (operator === 'sub') return [operands[0], operands[1]];
  if (operator !== 'mul' && operator !== 'div') return null;
  for (const side of operator === 'mul' ? [0, 1] : [0]) {
    const inner = difference(operands[side]);
    if (inner === null) continue;
    const around = (part: Expression): Expression => ({
      ...rate,
      operands: operands.map((operand, i) => (i === side ? part : operand)),
    });
    return [around(inner[0]), around(inner[1])];
  }
  return null;
}

function drawsOf(model: Model, dependence: Dependence, values: readonly Expression[]): readonly number[] {
  const drawn = model.draws ?? [];
  const needed = new Set(dependence.of(...values));
  for (let d = drawn.length - 1; d >= 0; d--) {
    if (needed.has(drawn[d].input)) for (const name of dependence.of(...drawn[d].arguments)) needed.add(name);
  }
  return drawn.flatMap(({ input }, d) => (needed.has(input) ? [d] : []));
}

/** A state that reactions change must move by them alone: its rate is compared with theirs at four points. */
function refuseMixed({ compiled, jumps, system }: StochasticModel, jumping: ReadonlySet<string>): void {
  const { model } = compiled;
  const n = model.states.length;
  const zeros = (length: number) => new Float64Array(length);
  const p = compiled.parameters();
  const u = Float64Array.from(model.inputs, (input) => (Number.isNaN(input.fallback) ? 0 : input.fallback));
  const v = { t: 0, y: zeros(n), p, u, w: zeros(0), delayed: zeros(0) };
  compiled.initial(0, p, u, v.y, v.w);
  const { change, propensities } = system(v);
  const rates = zeros(n);
  const own = zeros(jumps.length);
  const sums = zeros(n);
  const sizes = zeros(n);
  for (let point = 0; point < 4; point++) {
    if (point > 0) for (let i = 0; i < n; i++) v.y[i] = Math.abs(v.y[i]) * 1.25 + ((i * 7 + point * 3) % 11);
    compiled.rates(v, rates);
    propensities(v.y, own);
    sums.fill(0);
    sizes.fill(0);
    for (let j = 0; j < jumps.length; j++) {
      for (let k = change.starts[j]; k < change.starts[j + 1]; k++) {
        sums[change.rows[k]] += change.values[k] * own[j];
        sizes[change.rows[k]] += Math.abs(change.values[k] * own[j]);
      }
    }
    for (const [i, { name }] of model.states.entries()) {
      if (!jumping.has(name)) continue;
      if (!(Math.abs(sums[i] - rates[i]) > 1e-9 * Math.max(sizes[i], Math.abs(rates[i])))) continue;
      throw stochasticErrors.error(
        'stochastic-mixed-state',
        `The rate of ${name} is ${rates[i]} where its reactions alone give ${sums[i]}.`,
        { element: name },
      );
    }
  }
}
