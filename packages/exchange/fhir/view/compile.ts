import { CodedError, type Problem } from '@gemel/core';
import r4 from 'fhirpath/fhir-context/r4';
import { type FhirPath, pathCompiler } from '../path/expression.ts';
import { resourceTypes } from '../resource-types.data.ts';
import { constantValue } from './constant.ts';
import {
  type ColumnElement,
  type Iteration,
  type PathElement,
  readDefinition,
  type SelectElement,
} from './definition.ts';
import { type DirectPath, directPath } from './direct-path.ts';
import { viewErrors } from './errors.data.ts';
import { viewFunctions } from './keys.ts';

/** What a column of the result holds. */
export interface ViewColumn {
  readonly name: string;
  /** FHIR type, as declared; null where none is. */
  readonly type: string | null;
  /** Its values are lists. */
  readonly collection: boolean;
}

/** A path ready to be run: straight over the JSON where it is simple enough, else by the engine. */
export interface PathPlan extends PathElement {
  readonly engine: FhirPath;
  readonly direct: DirectPath | null;
  readonly rowIndex: boolean;
}

export interface ColumnPlan extends ViewColumn, PathPlan {
  /** What JSON type its values have; null where any. */
  readonly holds: 'boolean' | 'number' | 'integer' | 'string' | null;
}

export interface SelectPlan {
  readonly element: string;
  readonly iteration: Iteration;
  readonly over: readonly PathPlan[];
  readonly columns: readonly ColumnPlan[];
  readonly select: readonly SelectPlan[];
  readonly unionAll: readonly SelectPlan[];
  /** All columns, of the parts too, in order. */
  readonly all: readonly ColumnPlan[];
  /** Whether the engine is needed on what it goes over, so that it goes over the engine's nodes. */
  readonly needsNodes: boolean;
}

/** A ViewDefinition ready to be run. */
export interface View {
  readonly name: string | null;
  readonly file: string;
  readonly resource: string;
  readonly columns: readonly ViewColumn[];
  /** Whether decimals must keep the digits they are written with: read resources with `parseExact`. */
  readonly exactDecimals: boolean;
  readonly constants: Readonly<Record<string, unknown>>;
  readonly where: readonly PathPlan[];
  readonly root: SelectPlan;
}

/** Functions that see how many digits a decimal is written with. */
const DIGITS = ['lowBoundary', 'highBoundary', 'precision', 'toString', 'join'];
const viewPath = pathCompiler(viewFunctions);

/** Every fault of a ViewDefinition; none where it can be run. `file` names it. */
export function viewProblems(definition: unknown, file = 'view'): Problem[] {
  return compiled(definition, file).problems;
}

/** Compiles a ViewDefinition (SQL on FHIR 2.0) over FHIR R4. `file` names it in errors. @throws its first fault, with a code `view-…` */
export function compileView(definition: unknown, file = 'view'): View {
  const { view, problems } = compiled(definition, file);
  if (problems.length > 0) throw new CodedError(problems[0]!);
  return view!;
}

function compiled(value: unknown, file: string): { readonly view: View | null; readonly problems: Problem[] } {
  const problems: Problem[] = [];
  const definition = readDefinition(value, file, (problem) => problems.push(problem));
  if (definition === null) return { view: null, problems };
  const { resource, name } = definition;
  const compiler = new Compiler(file, problems);
  if (resource !== '' && !resourceTypes.has(resource)) {
    compiler.say('view-resource', 'ViewDefinition.resource', `is "${resource}", which R4 does not have`);
  }
  const constants: Record<string, unknown> = {};
  for (const constant of definition.constants) {
    const read = constantValue(constant);
    const { element } = constant;
    if (read === undefined) {
      const shown = JSON.stringify(constant.value)?.slice(0, 100);
      compiler.say('view-constant', element, `holds ${shown}, which is no ${constant.type} of a constant`);
    } else if (Object.hasOwn(constants, constant.name)) {
      compiler.say('view-name', element, `gives the constant ${constant.name} a second time`);
    }
    // Named all the same, so that a path that reads it is not at fault too.
    constants[constant.name] = read;
    compiler.variables.add(constant.name);
  }
  const where = definition.where.map((path) => compiler.path(path, resource));
  const element = 'ViewDefinition';
  const parts = definition.select.map((select) => compiler.select(select, resource));
  const root = together({ element, iteration: 'once', over: [], columns: [], select: parts, unionAll: [] });
  compiler.noneTwice(root.all);
  if (problems.length > 0) return { view: null, problems };
  const columns = root.all.map(({ name, type, collection }): ViewColumn => ({ name, type, collection }));
  const exactDecimals = compiler.exact;
  return { view: { name, file, resource, columns, exactDecimals, constants, where, root }, problems };
}

class Compiler {
  readonly variables = new Set(['rowIndex']);
  exact = false;
  readonly #file: string;
  readonly #problems: Problem[];

  constructor(file: string, problems: Problem[]) {
    this.#file = file;
    this.#problems = problems;
  }

  say(code: keyof typeof viewErrors.table & string, element: string, message: string): void {
    this.#problems.push(viewErrors.problem(code, `${element} ${message}.`, { file: this.#file, element }));
  }

  /** `type`: of what it is evaluated on; null where that is not known. */
  select(select: SelectElement, type: string | null): SelectPlan {
    const { element, iteration } = select;
    const over = select.over.map((path) => this.path(path, iteration === 'repeat' ? null : type));
    const within = iteration === 'once' ? type : (over[0]?.direct?.type ?? null);
    const columns = select.columns.map((column) => this.#column(column, within));
    const unionAll = select.unionAll.map((one) => this.select(one, within));
    const parts = select.select.map((one) => this.select(one, within));
    this.#sameColumns(unionAll, element);
    return together({ element, iteration, over, columns, select: parts, unionAll });
  }

  path(path: PathElement, type: string | null): PathPlan {
    // What is missing has been told of; anything stands in for it.
    const text = path.path === '' ? '{}' : path.path;
    try {
      const engine = viewPath(text, this.variables);
      if (DIGITS.some((name) => engine.syntax.functions.has(name))) this.exact = true;
      const { variables } = engine.syntax;
      return { ...path, engine, direct: directPath(engine.syntax.root, type), rowIndex: variables.has('rowIndex') };
    } catch (cause) {
      if (!(cause instanceof CodedError)) throw cause;
      const shown = cause.message.replace(/\.$/, '');
      const where = { file: this.#file, element: path.element };
      this.#problems.push(viewErrors.problem('view-path', `${path.element}: ${shown}.`, where));
      return { ...path, engine: viewPath('{}'), direct: null, rowIndex: false };
    }
  }

  #column(column: ColumnElement, within: string | null): ColumnPlan {
    const { name, collection } = column;
    const type =
      column.type?.replace(/^http:\/\/hl7\.org\/(fhir\/StructureDefinition|fhirpath)\/(System\.)?/, '') ?? null;
    const known = type === null || Object.hasOwn(HOLDS, type) || Object.hasOwn(r4.type2Parent, type);
    if (!known) this.say('view-element', column.element.replace(/path$/, 'type'), `is "${type}", no type of R4`);
    const holds = type !== null && Object.hasOwn(HOLDS, type) ? HOLDS[type]! : null;
    return { ...this.path(column, within), name, collection, type, holds };
  }

  #sameColumns(branches: readonly SelectPlan[], element: string): void {
    const shape = ({ all }: SelectPlan) =>
      all.map(({ name, type, collection }) => `${name} ${type} ${collection}`).join(', ');
    const names = ({ all }: SelectPlan) => all.map(({ name }) => name).join(', ');
    for (const [i, branch] of branches.entries()) {
      if (shape(branch) === shape(branches[0]!)) continue;
      const [first, own] = [names(branches[0]!), names(branch)];
      const told = first === own ? `other types of ${own}` : `${own}, where the first branch has ${first}`;
      this.say('view-union', `${element}.unionAll[${i}]`, `has ${told}`);
    }
  }

  noneTwice(columns: readonly ColumnPlan[]): void {
    const seen = new Set<string>();
    for (const { name, element } of columns) {
      if (name !== '' && seen.has(name)) {
        this.say('view-name', element.replace(/path$/, 'name'), `gives the column ${name} a second time`);
      }
      seen.add(name);
    }
  }
}

const HOLDS: Readonly<Record<string, ColumnPlan['holds']>> = Object.fromEntries([
  ['boolean', 'boolean'],
  ['Boolean', 'boolean'],
  ...['integer', 'positiveInt', 'unsignedInt', 'Integer'].map((type) => [type, 'integer'] as const),
  ...['decimal', 'Decimal'].map((type) => [type, 'number'] as const),
  ...(
    'base64Binary canonical code date dateTime id instant integer64 markdown oid string time uri url uuid xhtml ' +
    'String Date DateTime Time Long'
  )
    .split(' ')
    .map((type) => [type, 'string'] as const),
]);

function together(select: Omit<SelectPlan, 'all' | 'needsNodes'>): SelectPlan {
  const { columns, unionAll, over } = select;
  const all = [...columns, ...select.select.flatMap((one) => one.all), ...(unionAll[0]?.all ?? [])];
  const engine = (path: PathPlan) => path.direct === null;
  const below = [...select.select, ...unionAll].some(
    (one) => one.needsNodes || (one.iteration !== 'once' && one.over.some(engine)),
  );
  const again = select.iteration === 'repeat' && over.some(engine);
  return { ...select, all, needsNodes: again || columns.some(engine) || below };
}
