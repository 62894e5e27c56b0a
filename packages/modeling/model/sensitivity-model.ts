import { modelErrors } from '../errors.data.ts';
import { call, type Expression, number, symbol, TIME } from '../expression/expression.ts';
import { expressionsOf } from '../program/expressions-of.ts';
import { gradients } from '../program/gradient.ts';
import { DELAYED, lowerModel, type ModelValues, outsideNames, P, start, T, U, W, Y } from '../program/lower-model.ts';
import { checkModel } from './check-model.ts';
import { Influence } from './influence.ts';
import type { Described, Model, ModelEvent } from './model.ts';
import { eventJumps, type Jump, switchJumps } from './sensitivity-jumps.ts';
import { OF_DELAYED, OF_STATES, OF_UNKNOWNS, Tangents } from './tangents.ts';
import { codeOf, product, unitOf } from './unit.ts';

/** Name of ∂quantity/∂parameter in the model that sensitivityModel makes. */
export function sensitivityName(quantity: string, parameter: string): string {
  return `d_${quantity}_d_${parameter}`;
}

/**
 * The model with its forward sensitivities: for each state and unknown x and each name p a further state or unknown
 * `d_x_d_p`, for each output that is a definition a further definition, so that one run gives values and derivatives.
 * `names` are parameters, or states for the derivative by their initial value. d(∂y/∂p)/dt = ∂f/∂y ∂y/∂p + ∂f/∂p;
 * unknowns by the derivative of their constraints; jumps at events and switches: see eventJumps and switchJumps.
 *
 * Doses given to a run are carried as long as nothing of them is a parameter among the names, and they set off no event whose
 * trigger depends on these. Reactions are left out: they say nothing of sensitivities.
 * @throws model-unknown-name; model-sensitivity where something stands between p and y that cannot be carried exactly
 */
export function sensitivityModel(model: Model, names: readonly string[]): Model {
  const refused = (what: string, element: string) =>
    modelErrors.error(
      'model-sensitivity',
      `${model.id}: no sensitivities by ${names.join(', ')}: ${what} depends on it.`,
      { file: model.id, element },
    );
  const stranger = names.find((name) => ![...model.parameters, ...model.states].some((known) => known.name === name));
  if (stranger !== undefined) {
    const message = `${model.id}: sensitivities are by parameters and initial states; ${stranger} is neither.`;
    throw modelErrors.error('model-unknown-name', message, { file: model.id, element: stranger });
  }
  const values = lowerModel(model);
  const influence = new Influence(model, values, names);
  if (model.draws?.length) throw refused('a random number', model.draws[0].input);
  if (values.lags.some((lag) => influence.of(lag))) throw refused('the length of a delay', 'delay');
  const step = influence.stepBefore([...values.rates, ...values.constraints, ...values.history]);
  if (step) throw refused(`a ${step} in a rate`, step);
  const tangents = new Tangents(model, values, influence, names);
  const context = { model, values, influence, tangents, names, refused };
  const ofHistory = tangents.of(values.history);
  const write = writer(model, values, names, (delay, k) => ofHistory[delay][k]);
  const jumps = eventJumps(context);
  const switches = switchJumps(context);
  const reported = model.definitions.flatMap(({ name }, i) => (model.outputs.includes(name) ? [i] : []));
  const ofDefinitions = tangents.of(reported.map((i) => values.definitions[i]));
  const ofConstraints = values.constraints.some((id) => influence.of(id)) ? tangents.of(values.constraints) : [];
  const ofRates = tangents.of(values.rates);
  const ofStart = startTangents(model, values, names);
  const described = (quantity: Described, k: number): Described => ({
    name: sensitivityName(quantity.name, names[k]),
    unit: quotientUnit(
      quantity.unit,
      [...model.parameters, ...model.states].find(({ name }) => name === names[k])!.unit,
    ),
    meaning: `derivative of ${quantity.name} by ${names[k]}`,
    source: quantity.source,
  });
  const assignments = (jump: Jump) =>
    jump.flatMap(({ state, values: ids }) =>
      ids.map((id, k) => ({ state: sensitivityName(model.states[state].name, names[k]), value: write(id) })),
    );
  const each = <R>(make: (k: number) => R) => names.map((_, k) => make(k));
  return checkModel({
    ...model,
    id: `${model.id}_sensitivities`,
    states: [
      ...model.states,
      ...model.states.flatMap((state, i) =>
        each((k) => ({
          ...described(state, k),
          initial: write(ofStart[i][k]),
          rate: write(ofRates[i][k]),
          positive: false,
        })),
      ),
    ],
    definitions: [
      ...model.definitions,
      ...reported.flatMap((i, row) =>
        each((k) => ({ ...described(model.definitions[i], k), value: write(ofDefinitions[row][k]) })),
      ),
      ...(ofConstraints.length > 0
        ? []
        : model.unknowns.flatMap((unknown) => each((k) => ({ ...described(unknown, k), value: number(0) })))),
    ],
    unknowns: [
      ...model.unknowns,
      ...(ofConstraints.length > 0
        ? model.unknowns.flatMap((unknown) => each((k) => ({ ...described(unknown, k), guess: number(0) })))
        : []),
    ],
    constraints: [...model.constraints, ...ofConstraints.flatMap((tangent) => tangent.map(write))],
    events: [
      ...model.events.map((event, e) => ({
        ...event,
        assignments: [...event.assignments, ...assignments(jumps[e])],
      })),
      ...switches.map(({ trigger, jump }, i) => switchEvent(`switch_${i + 1}`, write(trigger), assignments(jump))),
    ],
    reactions: [],
    outputs: [
      ...model.outputs,
      ...model.outputs
        .filter((output) => !model.inputs.some(({ name }) => name === output))
        .flatMap((output) => names.map((name) => sensitivityName(output, name))),
    ],
  });
}

function switchEvent(id: string, trigger: Expression, assignments: ModelEvent['assignments']): ModelEvent {
  return {
    ...{ id, trigger, initially: true, persistent: true, delay: null, priority: null, valuesFromTrigger: true },
    assignments,
    source: 'jump of sensitivities where a rate switches',
  };
}

/** Derivatives of the initial values. By an initial value: of those that follow from it, and 1 of its own. */
function startTangents(
  model: Model,
  values: ModelValues,
  names: readonly string[],
): readonly (readonly (number | undefined)[])[] {
  const { graph } = values;
  const columns = names.map((name) => {
    const state = model.states.findIndex((each) => each.name === name);
    if (state < 0) {
      const parameter = graph.read(
        P,
        model.parameters.findIndex((each) => each.name === name),
      );
      return gradients(graph, values.initial, [parameter]).map((gradient) => gradient.get(0));
    }
    const { initial } = start(model, graph, outsideNames(model, graph), name);
    const column = gradients(graph, initial, [graph.read(Y, state)]).map((gradient) => gradient.get(0));
    column[state] = graph.constant(1);
    return column;
  });
  return model.states.map((_, i) => columns.map((column) => column[i]));
}

/** Writes values of the graph as expressions, in the model's names and those of the sensitivities. */
function writer(
  model: Model,
  values: ModelValues,
  names: readonly string[],
  ofHistory: (delay: number, k: number) => number | undefined,
): (id: number | undefined) => Expression {
  const { graph, history, lags } = values;
  const made = new Map<number, Expression>(
    values.definitions.flatMap((id, i) =>
      graph.instructions[id].kind === 'operation' ? [[id, symbol(model.definitions[i].name)] as const] : [],
    ),
  );
  const plain = new Map<number, readonly Described[]>([
    [P, model.parameters],
    [Y, model.states],
    [U, model.inputs],
    [W, model.unknowns],
  ]);
  const further = new Map<number, readonly Described[]>([
    [OF_STATES, model.states],
    [OF_UNKNOWNS, model.unknowns],
  ]);
  const write = (id: number | undefined): Expression =>
    id === undefined ? number(0) : expressionsOf(graph, [id], read, made)[0];
  const read = (argument: number, index: number): Expression => {
    if (argument === T) return symbol(TIME);
    if (argument === DELAYED) return call('delay', write(history[index]), write(lags[index]));
    const [i, k] = [Math.floor(index / names.length), index % names.length];
    if (argument === OF_DELAYED) return call('delay', write(ofHistory(i, k)), write(lags[i]));
    const quantity = further.get(argument)?.[i];
    return symbol(quantity ? sensitivityName(quantity.name, names[k]) : plain.get(argument)![index].name);
  };
  return write;
}

function quotientUnit(above: string | null, below: string | null): string | null {
  return above === null || below === null ? null : codeOf(product(unitOf(above), unitOf(below), -1));
}
