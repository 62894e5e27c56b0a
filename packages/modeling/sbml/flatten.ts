import { type Expression, symbol, TIME } from '../expression/expression.ts';
import type { DrawFamily } from '../model/model.ts';
import { FAMILIES, takesArguments } from '../stochastic/draw-families.ts';
import { ONE, over, times } from './arithmetic.ts';
import { boolean, optional, real, required } from './attributes.ts';
import { compose } from './compose.ts';
import { sbmlErrors } from './errors.data.ts';
import type {
  FlatCompartment,
  FlatDraw,
  FlatEvent,
  FlatInitial,
  FlatModel,
  FlatParameter,
  FlatReaction,
  FlatReference,
  FlatRule,
  FlatSpecies,
  Placed,
} from './flat-model.ts';
import { type MathFunction, type MathScope, readLambda, readMath } from './mathml.ts';
import {
  attributeError,
  childrenOf,
  type Instance,
  instantiate,
  isGone,
  label,
  membersOf,
  type Part,
  partsOf,
  type SbmlSource,
  standing,
  whereOf,
} from './parts.ts';
import { ratio, unitCodes } from './unit-definitions.ts';
import type { XmlElement } from './xml.ts';

/**
 * The model of a document, its submodels taken apart and its functions written out.
 * @throws errors of `sbmlErrors`, naming element and line
 */
export function flatten(source: SbmlSource, model: XmlElement): FlatModel {
  const top = instantiate(source, model);
  const reader = new FlatReader(top, compose(top));
  return reader.read();
}

/** Parts that formulas may name. */
const NAMEABLE: ReadonlySet<string> = new Set([
  'compartment',
  'species',
  'parameter',
  'localParameter',
  'speciesReference',
  'reaction',
]);

/** Functions that may call one another in a row. */
const DEEPEST_FUNCTION = 100;

class FlatReader {
  private readonly top: Instance;
  private readonly fresh: (wanted: string) => string;
  private readonly functions = new Map<Part, MathFunction | null>();
  private readonly opening = new Set<Part>();
  private readonly scopes = new Map<Instance, MathScope>();
  private readonly draws: FlatDraw[] = [];
  private readonly unitTables = new Map<Instance, (id: string) => string | null>();

  constructor(top: Instance, fresh: (wanted: string) => string) {
    this.top = top;
    this.fresh = fresh;
  }

  read(): FlatModel {
    const { top } = this;
    const parts = (tag: string) => partsOf(top, tag);
    return {
      id: top.top.id ?? 'model',
      title: optional(top.top, 'name') ?? top.top.id ?? 'model',
      level: top.source.level,
      version: top.source.version,
      file: top.source.file,
      timeUnit: this.unit(top.top, optional(top.top, 'timeUnits') ?? (top.source.level === 2 ? 'time' : null)),
      compartments: parts('compartment').map((part) => this.compartment(part)),
      species: parts('species').map((part) => this.species(part)),
      parameters: [...parts('parameter'), ...parts('localParameter')].map((part) => this.parameter(part)),
      reactions: parts('reaction').map((part) => this.reaction(part)),
      initials: parts('initialAssignment').flatMap((part) => this.assigned(part, 'symbol', this.scope(part.instance))),
      rules: [
        ...parts('assignmentRule').flatMap((part) => this.rule(part, 'assignment')),
        ...parts('rateRule').flatMap((part) => this.rule(part, 'rate')),
        ...parts('algebraicRule').flatMap((part) => this.rule(part, 'algebraic')),
      ],
      events: parts('event').flatMap((part) => this.event(part)),
      draws: this.draws,
      names: new Map([...top.byId].map(([id, part]) => [id, standing(part).part.name])),
    };
  }

  private placed(part: Part): Placed {
    if (part.name === '' && part.tag !== 'event' && part.tag !== 'speciesReference') {
      throw attributeError(part, 'id', 'is missing');
    }
    return {
      name: part.name,
      title: optional(part, 'name') ?? part.name,
      element: label(part),
      line: part.element.line,
    };
  }

  private compartment(part: Part): FlatCompartment {
    const second = part.instance.source.level === 2;
    const dimensions = real(part, 'spatialDimensions') ?? (second ? 3 : null);
    const usual = dimensions === 3 ? 'volume' : dimensions === 2 ? 'area' : dimensions === 1 ? 'length' : null;
    const size = real(part, 'size');
    if (size !== null && size < 0) {
      throw sbmlErrors.error(
        'sbml-value',
        `${label(part)} at line ${part.element.line} has size ${size}.`,
        whereOf(part),
      );
    }
    return {
      ...this.placed(part),
      dimensions,
      size,
      constant: boolean(part, 'constant', second ? true : undefined),
      unit: this.unit(part, optional(part, 'units') ?? this.usual(part, usual)),
    };
  }

  private species(part: Part): FlatSpecies {
    const { instance } = part;
    const second = instance.source.level === 2;
    const compartment = this.target(part, required(part, 'compartment'), 'compartment');
    // A point has no size to divide an amount by.
    const pointlike = real(compartment, 'spatialDimensions') === 0 && (second || !this.isSized(compartment));
    const own = optional(part, 'conversionFactor');
    const factor = own ?? optional(instance.top, 'conversionFactor');
    const initialAmount = real(part, 'initialAmount');
    const initialConcentration = real(part, 'initialConcentration');
    if (initialAmount !== null && initialConcentration !== null) {
      throw sbmlErrors.error(
        'sbml-attribute',
        `${label(part)} at line ${part.element.line} has both an initial amount and an initial concentration.`,
        whereOf(part),
      );
    }
    const asAmount = boolean(part, 'hasOnlySubstanceUnits', second ? false : undefined) || pointlike;
    return {
      ...this.placed(part),
      other: this.fresh(`${part.name}_${asAmount ? 'concentration' : 'amount'}`),
      compartment: compartment.name,
      initialAmount,
      initialConcentration,
      asAmount,
      boundary: boolean(part, 'boundaryCondition', second ? false : undefined),
      constant: boolean(part, 'constant', second ? false : undefined),
      conversion: factor === null ? null : this.value(instance, factor, part),
      unit: this.unit(part, optional(part, 'substanceUnits') ?? this.usual(part, 'substance')),
    };
  }

  /** Whether anything gives a compartment its size. */
  private isSized(compartment: Part): boolean {
    if (real(compartment, 'size') !== null) return true;
    return ['initialAssignment', 'assignmentRule', 'rateRule'].some((tag) =>
      partsOf(this.top, tag).some((part) => {
        const id = optional(part, tag === 'initialAssignment' ? 'symbol' : 'variable');
        const target = id === null ? undefined : part.instance.byId.get(id);
        return target !== undefined && standing(target).part === compartment;
      }),
    );
  }

  private parameter(part: Part): FlatParameter {
    const local = part.tag === 'localParameter';
    return {
      ...this.placed(part),
      value: real(part, 'value'),
      constant: local || boolean(part, 'constant', part.instance.source.level === 2 ? true : undefined),
      unit: this.unit(part, optional(part, 'units')),
    };
  }

  private reaction(part: Part): FlatReaction {
    const law = childrenOf(part, 'kineticLaw')[0];
    const { instance } = part;
    const scope = this.scope(instance);
    let rate = law === undefined ? null : this.formula(law, this.scopeOfLaw(law));
    const { extent } = this.factors(instance);
    if (rate !== null) rate = over(times(rate, extent), scope.timeFactor);
    const references = (list: string) =>
      membersOf(part, list, 'speciesReference').map((reference, i) => this.reference(part, reference, `${list}.${i}`));
    return {
      ...this.placed(part),
      reversible: boolean(part, 'reversible', instance.source.level === 2),
      fast: boolean(part, 'fast', false),
      reactants: references('listOfReactants'),
      products: references('listOfProducts'),
      rate,
      unit: ratio(
        this.unit(part, optional(instance.top, 'extentUnits') ?? this.usual(part, 'substance')),
        this.unit(part, optional(instance.top, 'timeUnits') ?? this.usual(part, 'time')),
      ),
    };
  }

  private reference(reaction: Part, part: Part, place: string): FlatReference {
    const second = part.instance.source.level === 2;
    const math = childrenOf(part, 'stoichiometryMath')[0];
    const formula = math === undefined ? null : this.formula(math, this.scope(part.instance));
    return {
      ...this.placed(part),
      name: part.name === '' ? `${reaction.name}.${place}` : part.name,
      named: part.name !== '',
      species: this.target(part, required(part, 'species'), 'species').name,
      stoichiometry: real(part, 'stoichiometry') ?? (second ? 1 : null),
      formula,
      constant: boolean(part, 'constant', second ? false : undefined),
    };
  }

  private rule(part: Part, kind: FlatRule['kind']): FlatRule[] {
    const scope = this.scope(part.instance);
    if (kind === 'algebraic') {
      const formula = this.formula(part, scope);
      return formula === null ? [] : [{ kind, target: null, formula, element: label(part), line: part.element.line }];
    }
    return this.assigned(part, 'variable', scope).map((assigned) => ({
      ...assigned,
      kind,
      formula: kind === 'rate' ? over(assigned.formula, scope.timeFactor) : assigned.formula,
    }));
  }

  /** What an element with a variable and a formula sets, in the terms of what stands in the variable's place. */
  private assigned(part: Part, name: string, scope: MathScope): FlatInitial[] {
    const formula = this.formula(part, scope);
    const { part: target, factors } = standing(this.declared(part, required(part, name)));
    if (formula === null) return [];
    const scaled = factors.reduce<Expression>((value, factor) => times(value, symbol(factor.name)), formula);
    return [{ target: target.name, formula: scaled, element: label(part), line: part.element.line }];
  }

  private event(part: Part): FlatEvent[] {
    const { instance } = part;
    const scope = this.scope(instance);
    const third = instance.source.level === 3;
    const triggerPart = childrenOf(part, 'trigger')[0];
    const trigger = triggerPart === undefined ? null : this.formula(triggerPart, scope);
    const delayPart = childrenOf(part, 'delay')[0];
    const delay = delayPart === undefined ? null : this.formula(delayPart, scope);
    const priorityPart = childrenOf(part, 'priority')[0];
    const assignments = membersOf(part, 'listOfEventAssignments', 'eventAssignment').flatMap((assignment) =>
      this.assigned(assignment, 'variable', this.drawing(assignment, scope)),
    );
    if (triggerPart === undefined || trigger === null) return [];
    return [
      {
        ...this.placed(part),
        name: part.name === '' ? this.fresh(`event_${part.element.line}`) : part.name,
        trigger,
        initially: third ? boolean(triggerPart, 'initialValue', undefined) : true,
        persistent: third ? boolean(triggerPart, 'persistent', undefined) : true,
        delay: delay === null ? null : times(delay, scope.timeFactor),
        priority: priorityPart === undefined ? null : this.formula(priorityPart, scope),
        valuesFromTrigger: boolean(part, 'useValuesFromTriggerTime', third ? undefined : true),
        assignments,
      },
    ];
  }

  /** A scope in which random numbers may stand. */
  private drawing(part: Part, scope: MathScope): MathScope {
    return {
      ...scope,
      draw: (family, operands, line) => {
        if (!Object.hasOwn(FAMILIES, family) || !takesArguments(family as DrawFamily, operands.length)) return null;
        const name = this.fresh(`draw_${this.draws.length + 1}`);
        const element = `${family} in ${label(part)}`;
        this.draws.push({
          name,
          title: element,
          element,
          line,
          family: family as DrawFamily,
          arguments: operands,
        });
        return symbol(name);
      },
    };
  }

  /** The formula of an element; null, with a warning, where it has none. */
  private formula(part: Part, scope: MathScope): Expression | null {
    const math = part.element.children.find((child) => child.name === 'math');
    const formula = math === undefined ? null : readMath(math, scope);
    if (formula === null) {
      part.instance.source.warn(
        sbmlErrors.problem(
          'sbml-math-missing',
          `${label(part)} at line ${part.element.line} has no formula.`,
          whereOf(part),
        ),
      );
    }
    return formula;
  }

  private scope(instance: Instance): MathScope {
    let scope = this.scopes.get(instance);
    if (scope === undefined) {
      const { time } = this.factors(instance);
      scope = {
        file: instance.source.file,
        extended: instance.source.extended,
        symbol: (id) => this.nameable(instance.byId.get(id)),
        function: (id) => this.function(instance.byId.get(id)),
        unit: (id) => this.units(instance)(id),
        time: over(symbol(TIME), time),
        timeFactor: time,
      };
      this.scopes.set(instance, scope);
    }
    return scope;
  }

  private scopeOfLaw(law: Part): MathScope {
    const scope = this.scope(law.instance);
    const local = new Map<string, Part>();
    for (const list of ['listOfLocalParameters', 'listOfParameters']) {
      for (const parameter of law.children.filter((child) => child.tag === list).flatMap((child) => child.children)) {
        if (parameter.id === null) continue;
        if (local.has(parameter.id)) {
          throw sbmlErrors.error('sbml-duplicate', `“${parameter.id}” is declared twice.`, whereOf(parameter));
        }
        local.set(parameter.id, parameter);
      }
    }
    if (local.size === 0) return scope;
    return {
      ...scope,
      symbol: (id) => (local.has(id) ? this.nameable(local.get(id)) : scope.symbol(id)),
    };
  }

  private nameable(part: Part | undefined): Expression | null {
    if (part === undefined) return null;
    const { part: found, factors } = standing(part);
    if (isGone(found) || !NAMEABLE.has(found.tag)) return null;
    let value: Expression = symbol(found.name);
    for (const factor of factors) value = over(value, symbol(factor.name));
    if (found.tag === 'reaction') {
      const { time, extent } = this.factors(found.instance);
      value = over(times(value, time), extent);
    }
    return value;
  }

  private function(part: Part | undefined): MathFunction | null {
    if (part === undefined) return null;
    const { part: found } = standing(part);
    if (found.tag !== 'functionDefinition') return null;
    let read = this.functions.get(found);
    if (read !== undefined) return read;
    if (this.opening.has(found)) {
      throw sbmlErrors.error(
        'sbml-cycle',
        `${label(found)} at line ${found.element.line} calls itself.`,
        whereOf(found),
      );
    }
    if (this.opening.size >= DEEPEST_FUNCTION) {
      const what = `${label(found)} is reached through more than ${DEEPEST_FUNCTION} functions`;
      throw sbmlErrors.error('sbml-math-too-large', `${what}.`, whereOf(found));
    }
    this.opening.add(found);
    const math = found.element.children.find((child) => child.name === 'math');
    read = math === undefined ? null : readLambda(math, this.scope(found.instance));
    this.opening.delete(found);
    this.functions.set(found, read);
    return read;
  }

  /** By what a submodel's time and extent must be multiplied to become those of the whole. */
  private factors(instance: Instance): { readonly time: Expression; readonly extent: Expression } {
    const { parent, submodel } = instance;
    if (parent === null || submodel === null) return { time: ONE, extent: ONE };
    const above = this.factors(parent);
    const own = (name: string) => {
      const id = optional(submodel, name);
      return id === null ? ONE : this.value(parent, id, submodel);
    };
    return {
      time: times(above.time, own('timeConversionFactor')),
      extent: times(above.extent, own('extentConversionFactor')),
    };
  }

  private value(instance: Instance, id: string, from: Part): Expression {
    const found = this.nameable(instance.byId.get(id));
    if (found === null) throw this.undeclared(from, id);
    return found;
  }

  private declared(from: Part, id: string): Part {
    const found = from.instance.byId.get(id);
    if (found === undefined) throw this.undeclared(from, id);
    return found;
  }

  private target(from: Part, id: string, tag: string): Part {
    const { part } = standing(this.declared(from, id));
    if (part.tag === tag && !isGone(part)) return part;
    throw sbmlErrors.error(
      'sbml-reference',
      `${label(from)} at line ${from.element.line}: “${id}” is a ${part.tag}, not a ${tag}.`,
      whereOf(from),
    );
  }

  private undeclared(from: Part, id: string) {
    return sbmlErrors.error(
      'sbml-reference',
      `${label(from)} at line ${from.element.line}: “${id}” is not declared.`,
      whereOf(from),
    );
  }

  /** Units that the model itself gives to quantities that name none: attributes in Level 3, fixed names in Level 2. */
  private usual(part: Part, kind: string | null): string | null {
    if (kind === null) return null;
    return part.instance.source.level === 2 ? kind : optional(part.instance.top, `${kind}Units`);
  }

  private unit(part: Part, id: string | null): string | null {
    return id === null ? null : this.units(part.instance)(id);
  }

  private units(instance: Instance): (id: string) => string | null {
    let table = this.unitTables.get(instance);
    if (table === undefined) {
      table = unitCodes(instance);
      this.unitTables.set(instance, table);
    }
    return table;
  }
}
