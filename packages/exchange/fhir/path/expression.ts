import { CodedError, type Instant, type Where } from '@gemel/core';
import { compile, evaluate, resolveInternalTypes, types, type UserInvocationTable, util } from 'fhirpath';
import r4 from 'fhirpath/fhir-context/r4';
import { type Arities, parsePath, pathError, type Syntax, type SyntaxNode } from './syntax.ts';

/** One value of a result. */
export interface PathValue {
  /** `FHIR.date`, `System.String`, `FHIR.HumanName`. */
  readonly type: string;
  /** JSON: text, number, boolean or an element; dates, times and quantities as text, 64-bit integers as text. */
  readonly value: unknown;
}

/** A value as the engine holds it, with its type and its place in the resource; what a further expression goes on from. */
export type PathNode = unknown;

/** What an expression is evaluated with. */
export interface PathSurroundings {
  /** Values of `%name`; values of {@link systemValue} keep their type. */
  readonly variables?: Readonly<Record<string, unknown>>;
  /** What `now()`, `today()` and `timeOfDay()` answer, in UTC; without it they are refused. */
  readonly at?: Instant;
}

/** A compiled expression, over FHIR R4. */
export interface FhirPath {
  readonly expression: string;
  readonly syntax: Syntax;
  /** Evaluates it on a resource, an element, or nodes found before. @throws fhirpath-evaluation, fhirpath-variable, fhirpath-offline, fhirpath-time */
  nodes(data: unknown, surroundings?: PathSurroundings): PathNode[];
  /** The same as plain values. */
  evaluate(data: unknown, surroundings?: PathSurroundings): PathValue[];
}

/** Functions beyond those of FHIRPath. They see nodes, and the variables as `this.vars`. */
export interface PathFunctions {
  readonly table: UserInvocationTable;
  readonly arities: Arities;
}

/** Compiled expressions kept by one compiler. */
const KEPT = 1000;
/** Where the instant travels among the variables; no expression can name it. */
const AT = Symbol('at');

type Variables = Record<string | symbol, unknown>;

/** The engine would read the machine's clock and zone. */
function clock(name: string, literal: (iso: string) => string): UserInvocationTable[string] {
  return {
    arity: { 0: [] },
    internalStructures: true,
    fn(this: { readonly vars: Variables }) {
      const at = this.vars[AT];
      if (typeof at !== 'number') throw new Refusal('fhirpath-time', `${name}() was asked, and no time was given`);
      return systemValue(literal(new Date(at).toISOString()));
    },
  };
}

function offline(name: string, arity: UserInvocationTable[string]['arity']): UserInvocationTable[string] {
  return {
    arity,
    fn() {
      throw new Refusal('fhirpath-offline', `${name}() asks a server, and there is none`);
    },
  };
}

/** Thrown inside the engine; becomes a coded error where the expression is known. */
class Refusal extends Error {
  readonly code: 'fhirpath-time' | 'fhirpath-offline';
  constructor(code: Refusal['code'], message: string) {
    super(message);
    this.code = code;
  }
}

/** The engine leaves a date and time without a zone as it is, where its bounds are those of the first and last zone on Earth. */
function boundary(name: string, zone: string): UserInvocationTable[string] {
  return {
    arity: { 0: [], 1: ['Integer'] },
    internalStructures: true,
    fn(this: { readonly vars: Variables }, data: unknown, digits?: unknown) {
      const call = digits === undefined ? `${name}()` : `${name}(${digits})`;
      const found = evaluate(data, call, undefined, r4, ENGINE);
      return found.map((node) => {
        const text = String(plainValue(node));
        return types([node])[0] === 'System.DateTime' && /T[\d:.]+$/.test(text) ? systemValue(`@${text}${zone}`) : node;
      });
    },
  };
}

/** Digits of a value: behind the point of a decimal, all of a date or time, its zone aside. */
const precision: UserInvocationTable[string] = {
  arity: { 0: [] },
  internalStructures: true,
  fn(data: unknown[]) {
    if (data.length === 0) return [];
    if (data.length > 1) throw new Error('precision() takes one value');
    const [type] = types(data);
    const text = String((plainNode(data[0]) as { asStr?: string }).asStr ?? plainValue(data[0]));
    if (/decimal$/i.test(type!)) return text.includes('.') ? text.length - text.indexOf('.') - 1 : 0;
    if (/(date|time|instant)$/i.test(type!)) return text.replace(/(Z|[+-]\d\d:\d\d)$/, '').replace(/\D/g, '').length;
    throw new Error(`precision() is that of a decimal, date or time, not of ${type}`);
  },
};

const ENGINE = { resolveInternalTypes: false, preciseMath: true, async: false as const };

const OWN: UserInvocationTable = {
  lowBoundary: boundary('lowBoundary', '+14:00'),
  highBoundary: boundary('highBoundary', '-12:00'),
  precision,
  now: clock('now', (iso) => `@${iso}`),
  today: clock('today', (iso) => `@${iso.slice(0, 10)}`),
  timeOfDay: clock('timeOfDay', (iso) => `@T${iso.slice(11, 23)}`),
  resolve: offline('resolve', { 0: [] }),
  memberOf: offline('memberOf', { 1: ['Any'] }),
  // Tracing would print.
  trace: { arity: { 1: ['String'], 2: ['String', 'Expr'] }, internalStructures: true, fn: (data: unknown) => data },
};

/** A value of FHIRPath's own types from its literal: `@2024-01-31`, `@T12:00`, `1.50`, `5L`. */
export function systemValue(literal: string): PathNode {
  return evaluate({}, literal, undefined, r4, ENGINE)[0];
}

/** A decimal with the digits it is written with, for data that are to keep their precision. */
export { FP_Decimal as PathDecimal } from 'fhirpath';

/** Makes a compiler that keeps what it has compiled. */
export function pathCompiler(more: PathFunctions = { table: {}, arities: {} }) {
  const kept = new Map<string, FhirPath>();
  const options = { ...ENGINE, userInvocationTable: { ...OWN, ...more.table } };
  /**
   * `names`: the variables that will have values, where they are known; `where`: where the expression stands, for errors.
   * @throws fhirpath-syntax, fhirpath-function, fhirpath-variable, fhirpath-offline
   */
  return function fhirPath(expression: string, names?: ReadonlySet<string>, where?: Where): FhirPath {
    const known = kept.get(expression);
    if (known !== undefined && names === undefined) return known;
    const syntax = parsePath(expression, more.arities, names, where);
    if (known !== undefined) return known;
    const run = compile(expression, r4, options);
    const standard = standardVariables(syntax.variables);
    const nodes = (data: unknown, { variables, at }: PathSurroundings = {}): PathNode[] => {
      const vars: Variables = { ...standard, ...variables };
      if (at !== undefined) vars[AT] = at;
      try {
        return run(data, vars);
      } catch (cause) {
        throw told(cause, expression, lastPlace(run, data, vars));
      }
    };
    const path: FhirPath = {
      expression,
      syntax,
      nodes,
      evaluate: (data, surroundings) => {
        const found = nodes(data, surroundings);
        const typed = types(found);
        return found.map((node, i) => ({ type: typed[i]!, value: plainValue(node) }));
      },
    };
    if (kept.size >= KEPT) kept.delete(kept.keys().next().value!);
    kept.set(expression, path);
    return path;
  };
}

/** Compiles an expression, once. */
export const fhirPath = pathCompiler();

/** A node as JSON; undefined where it has no value of its own. */
export function plainValue(node: PathNode): unknown {
  const value = resolveInternalTypes(node);
  return value === null ? undefined : value;
}

/** What a node holds, in the engine's own types. */
function plainNode(node: PathNode): unknown {
  return util.valData(node);
}

/** Variables that FHIR gives a value: `%sct`, `%loinc`, `%vs-name`, `%ext-name`. */
function standardVariables(names: ReadonlySet<string>): Variables {
  const values: Variables = {};
  for (const name of names) {
    if (name === 'sct') values[name] = 'http://snomed.info/sct';
    else if (name === 'loinc') values[name] = 'http://loinc.org';
    else if (name.startsWith('vs-')) values[name] = `http://hl7.org/fhir/ValueSet/${name.slice(3)}`;
    else if (name.startsWith('ext-')) values[name] = `http://hl7.org/fhir/StructureDefinition/${name.slice(4)}`;
  }
  return values;
}

/** The last part that was evaluated before a failure. */
function lastPlace(run: ReturnType<typeof compile>, data: unknown, vars: Variables): SyntaxNode | undefined {
  let last: SyntaxNode | undefined;
  try {
    run(data, vars, {
      debugger: (_context: unknown, _focus: unknown, _result: unknown, node: SyntaxNode) => {
        if (node.start !== undefined) last = node;
      },
    });
  } catch {}
  return last;
}

function told(cause: unknown, expression: string, node: SyntaxNode | undefined): CodedError {
  if (cause instanceof CodedError) return cause;
  const message = cause instanceof Error ? cause.message : String(cause);
  if (cause instanceof Refusal) return pathError(cause.code, expression, message, node, {}, cause);
  const unknown = /undefined environment variable: (.*)$/.exec(message);
  if (unknown !== null)
    return pathError('fhirpath-variable', expression, `nothing gives %${unknown[1]} a value`, node, {});
  return pathError('fhirpath-evaluation', expression, message.split('\n')[0]!, node, {}, cause);
}
