import { type Expression, symbol } from '../expression/expression.ts';
import type { DrawFamily } from '../model/model.ts';
import { FAMILIES, takesArguments } from '../stochastic/draw-families.ts';
import { over, times } from './arithmetic.ts';
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
import { type MathScope, readMath } from './mathml.ts';
import {
  attributeError,
  childrenOf,
  type Instance,
  instantiate,
  label,
  membersOf,
  type Part,
  partsByTag,
  type SbmlSource,
  standing,
  whereOf,
} from './parts.ts';
import { Scopes } from './scopes.ts';
import { ratio } from './unit-definitions.ts';
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

class FlatReader {
  private readonly top: Instance;
  private readonly fresh: (wanted: string) => string;
  private readonly byTag: ReadonlyMap<string, readonly Part[]>;
  private readonly scopes = new Scopes();
  private readonly draws: FlatDraw[] = [];

  constructor(top: Instance, fresh: (wanted: string) => string) {
    this.top = top;
    this.fresh = fresh;
    this.byTag = partsByTag(top);
  }

  private parts(tag: string): readonly Part[] {
    return this.byTag.get(tag) ?? [];
  }

  read(): FlatModel {
    const { top } = this;
    const parts = (tag: string) => this.parts(tag);
    for (const part of parts('constraint')) {
      const what = `The constraint at line ${part.element.line} is not watched.`;
      part.instance.source.warn(sbmlErrors.problem('sbml-ignored', what, whereOf(part)));
    }
    return {
      id: top.top.id ?? 'model',
      title: optional(top.top, 'name') ?? top.top.id ?? 'model',
      level: top.source.level,
      version: top.source.version,
      file: top.source.file,
      timeUnit: this.scopes.unit(top.top, optional(top.top, 'timeUnits') ?? (top.source.level === 2 ? 'time' : null)),
      compartments: parts('compartment').map((part) => this.compartment(part)),
      species: parts('species').map((part) => this.species(part)),
      parameters: [...parts('parameter'), ...parts('localParameter')].map((part) => this.parameter(part)),
      reactions: parts('reaction').map((part) => this.reaction(part)),
      initials: parts('initialAssignment').flatMap((part) =>
        this.assigned(part, 'symbol', this.scopes.scope(part.instance)),
      ),
      rules: [
        ...parts('assignmentRule').flatMap((part) => this.rule(part, 'assignment')),
        ...parts('rateRule').flatMap((part) => this.rule(part, 'rate')),
        ...parts('algebraicRule').flatMap((part) => this.rule(part, 'algebraic')),
      ],
      events: parts('event').flatMap((part) => this.event(part)),
      draws: this.draws,
      fresh: this.fresh,
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
      unit: this.scopes.unit(part, optional(part, 'units') ?? this.scopes.usual(part, usual)),
    };
  }

  private species(part: Part): FlatSpecies {
    const { instance } = part;
    const second = instance.source.level === 2;
    const compartment = this.scopes.target(part, required(part, 'compartment'), 'compartment');
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
      conversion: factor === null ? null : this.scopes.value(instance, factor, part),
      unit: this.scopes.unit(part, optional(part, 'substanceUnits') ?? this.scopes.usual(part, 'substance')),
    };
  }

  /** Whether anything gives a compartment its size. */
  private isSized(compartment: Part): boolean {
    if (real(compartment, 'size') !== null) return true;
    return ['initialAssignment', 'assignmentRule', 'rateRule'].some((tag) =>
      this.parts(tag).some((part) => {
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
      local,
      value: real(part, 'value'),
      constant: local || boolean(part, 'constant', part.instance.source.level === 2 ? true : undefined),
      unit: this.scopes.unit(part, optional(part, 'units')),
    };
  }

  private reaction(part: Part): FlatReaction {
    const law = childrenOf(part, 'kineticLaw')[0];
    const { instance } = part;
    const scope = this.scopes.scope(instance);
    let rate = law === undefined ? null : this.formula(law, this.scopes.scopeOfLaw(law));
    const { extent } = this.scopes.factors(instance);
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
        this.scopes.unit(part, optional(instance.top, 'extentUnits') ?? this.scopes.usual(part, 'substance')),
        this.scopes.unit(part, optional(instance.top, 'timeUnits') ?? this.scopes.usual(part, 'time')),
      ),
    };
  }

  private reference(reaction: Part, part: Part, place: string): FlatReference {
    const second = part.instance.source.level === 2;
    const math = childrenOf(part, 'stoichiometryMath')[0];
    const formula = math === undefined ? null : this.formula(math, this.scopes.scope(part.instance));
    return {
      ...this.placed(part),
      name: part.name === '' ? `${reaction.name}.${place}` : part.name,
      named: part.name !== '',
      species: this.scopes.target(part, required(part, 'species'), 'species').name,
      stoichiometry: real(part, 'stoichiometry') ?? (second ? 1 : null),
      formula,
      constant: boolean(part, 'constant', second ? false : undefined),
    };
  }

  private rule(part: Part, kind: FlatRule['kind']): FlatRule[] {
    const scope = this.scopes.scope(part.instance);
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
    const { part: target, factors } = standing(this.scopes.declared(part, required(part, name)));
    if (formula === null) return [];
    const scaled = factors.reduce<Expression>((value, factor) => times(value, symbol(factor.name)), formula);
    return [{ target: target.name, formula: scaled, element: label(part), line: part.element.line }];
  }

  private event(part: Part): FlatEvent[] {
    const { instance } = part;
    const scope = this.scopes.scope(instance);
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
}
