import { type Expression, symbol, TIME } from '../expression/expression.ts';
import { ONE, over, times } from './arithmetic.ts';
import { optional } from './attributes.ts';
import { sbmlErrors } from './errors.data.ts';
import { type MathFunction, type MathScope, readLambda } from './mathml.ts';
import { type Instance, isGone, label, type Part, standing, whereOf } from './parts.ts';
import { unitCodes } from './unit-definitions.ts';

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

/** What identifiers mean within each use of a model definition, once replacements are made. */
export class Scopes {
  private readonly functions = new Map<Part, MathFunction | null>();
  private readonly opening = new Set<Part>();
  private readonly known = new Map<Instance, MathScope>();
  private readonly unitTables = new Map<Instance, (id: string) => string | null>();

  scope(instance: Instance): MathScope {
    let scope = this.known.get(instance);
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
      this.known.set(instance, scope);
    }
    return scope;
  }

  /** With the law's own parameters before others of their name. */
  scopeOfLaw(law: Part): MathScope {
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
  factors(instance: Instance): { readonly time: Expression; readonly extent: Expression } {
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

  /** What an attribute's identifier stands for in formulas. @throws sbml-reference */
  value(instance: Instance, id: string, from: Part): Expression {
    const found = this.nameable(instance.byId.get(id));
    if (found === null) throw this.undeclared(from, id);
    return found;
  }

  /** @throws sbml-reference */
  declared(from: Part, id: string): Part {
    const found = from.instance.byId.get(id);
    if (found === undefined) throw this.undeclared(from, id);
    return found;
  }

  /** What an attribute refers to, which must be of one kind. @throws sbml-reference */
  target(from: Part, id: string, tag: string): Part {
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
  usual(part: Part, kind: string | null): string | null {
    if (kind === null) return null;
    return part.instance.source.level === 2 ? kind : optional(part.instance.top, `${kind}Units`);
  }

  /** UCUM code of a unit name; null where it has none. */
  unit(part: Part, id: string | null): string | null {
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
