import { CodedError } from '@gemel/core/error';
import type { Expression } from '../expression/expression.ts';
import { MATHML, type MathScope, PLAIN_TIME, readMath } from '../sbml/mathml.ts';
import { textOf, type XmlElement } from '../sbml/xml.ts';
import type { CellmlComponent, CellmlVariable } from './document.ts';
import { cellmlErrors } from './errors.data.ts';

/** One side of an equation: the derivative of a variable, a variable alone, or anything else. */
export type Side =
  | { readonly kind: 'derivative'; readonly of: CellmlVariable; readonly by: CellmlVariable }
  | { readonly kind: 'variable'; readonly of: CellmlVariable }
  | { readonly kind: 'term' };

export interface CellmlEquation {
  readonly component: CellmlComponent;
  readonly line: number;
  readonly sides: readonly [Side, Side];
  readonly elements: readonly [XmlElement, XmlElement];
}

/** What a component's formulas mean by their names: variables in the component's units. */
export interface CellmlScope {
  readonly file: string | undefined;
  variable(variable: CellmlVariable): Expression;
  /** The rate of a variable by another of its component, in their units. */
  rate(of: CellmlVariable, by: CellmlVariable): Expression;
  unit(name: string, component: CellmlComponent, line: number): string | null;
}

/** The equations of a component. @throws cellml-math, cellml-reference, cellml-unsupported */
export function equationsOf(component: CellmlComponent, file: string | undefined): readonly CellmlEquation[] {
  return component.math.flatMap((math) =>
    math.children.map((element): CellmlEquation => {
      const [head, left, right, ...more] = element.children;
      if (
        element.name !== 'apply' ||
        head?.name !== 'eq' ||
        left === undefined ||
        right === undefined ||
        more.length > 0
      ) {
        throw wrong(element, file, 'an equation has two sides');
      }
      return {
        component,
        line: element.line,
        sides: [sideOf(left, component, file), sideOf(right, component, file)],
        elements: [left, right],
      };
    }),
  );
}

function sideOf(element: XmlElement, component: CellmlComponent, file: string | undefined): Side {
  if (element.name === 'ci') return { kind: 'variable', of: variableOf(element, component, file) };
  if (element.name !== 'apply' || element.children[0]?.name !== 'diff') return { kind: 'term' };
  const [, bound, of, ...more] = element.children;
  const by = bound?.children[0];
  if (bound?.name !== 'bvar' || by?.name !== 'ci' || of?.name !== 'ci' || more.length > 0) {
    throw wrong(element, file, 'a derivative is that of one variable by another');
  }
  const degree = bound.children.find(({ name }) => name === 'degree');
  if (degree !== undefined && textOf(degree.children[0] ?? degree) !== '1') {
    throw cellmlErrors.error(
      'cellml-unsupported',
      `The derivative at line ${element.line} is of higher order.`,
      where(element, file),
    );
  }
  return { kind: 'derivative', of: variableOf(of, component, file), by: variableOf(by, component, file) };
}

function variableOf(element: XmlElement, component: CellmlComponent, file: string | undefined): CellmlVariable {
  const name = textOf(element);
  const variable = component.variables.get(name);
  if (variable !== undefined) return variable;
  throw cellmlErrors.error(
    'cellml-reference',
    `The variable “${name}” at line ${element.line} is not declared in the component “${component.name}”.`,
    where(element, file),
  );
}

/** A side as an expression; derivatives in it become rates. @throws cellml-math, cellml-reference */
export function readSide(element: XmlElement, component: CellmlComponent, scope: CellmlScope): Expression {
  const { file } = scope;
  const rates = new Map<string, Extract<Side, { kind: 'derivative' }>>();
  const mathScope: MathScope = {
    file,
    extended: true,
    symbol(id) {
      const rate = rates.get(id);
      if (rate !== undefined) return scope.rate(rate.of, rate.by);
      const variable = component.variables.get(id);
      return variable === undefined ? null : scope.variable(variable);
    },
    function: () => null,
    unit: (name) => scope.unit(name, component, element.line),
    ...PLAIN_TIME,
  };
  const math: XmlElement = {
    ...element,
    name: 'math',
    namespace: MATHML,
    attributes: new Map(),
    children: [withRates(element, component, file, rates)],
    text: [],
  };
  try {
    const expression = readMath(math, mathScope);
    if (expression !== null) return expression;
  } catch (error) {
    if (error instanceof CodedError && error.code.startsWith('sbml-')) {
      const code = error.code === 'sbml-reference' ? 'cellml-reference' : 'cellml-math';
      throw cellmlErrors.error(
        code,
        error.message.replaceAll("SBML's MathML", 'the MathML read here'),
        error.where,
        undefined,
        error,
      );
    }
    throw error;
  }
  throw wrong(element, file, 'a side of an equation is empty');
}

/** Derivatives as names of their own, which no variable can have. */
function withRates(
  element: XmlElement,
  component: CellmlComponent,
  file: string | undefined,
  rates: Map<string, Extract<Side, { kind: 'derivative' }>>,
): XmlElement {
  if (element.name === 'apply' && element.children[0]?.name === 'diff') {
    const side = sideOf(element, component, file) as Extract<Side, { kind: 'derivative' }>;
    const name = `d ${side.of.name} / d ${side.by.name}`;
    rates.set(name, side);
    return { ...element, name: 'ci', children: [], text: [name] };
  }
  return { ...element, children: element.children.map((child) => withRates(child, component, file, rates)) };
}

function where(element: XmlElement, file: string | undefined) {
  return { ...(file === undefined ? {} : { file }), line: element.line };
}

function wrong(element: XmlElement, file: string | undefined, what: string) {
  return cellmlErrors.error(
    'cellml-math',
    `At line ${element.line}, column ${element.column}: ${what}.`,
    where(element, file),
  );
}
