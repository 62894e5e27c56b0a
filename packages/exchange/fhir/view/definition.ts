import type { Problem } from '@gemel/core';
import { isObject } from '../datatype.ts';
import { viewErrors } from './errors.data.ts';

/** A ViewDefinition (SQL on FHIR 2.0), its elements checked. Each part knows where it stands, for errors. */
export interface ViewDefinition {
  readonly name: string | null;
  readonly resource: string;
  readonly constants: readonly ConstantElement[];
  readonly where: readonly PathElement[];
  readonly select: readonly SelectElement[];
}

/** A path, and where it stands: `ViewDefinition.select[0].column[1].path`. */
export interface PathElement {
  readonly path: string;
  readonly element: string;
}

export interface ConstantElement {
  readonly name: string;
  /** `String` of valueString. */
  readonly type: string;
  readonly value: unknown;
  readonly element: string;
}

export interface ColumnElement extends PathElement {
  readonly name: string;
  readonly type: string | null;
  readonly collection: boolean;
}

/** How a select goes over what it is given. */
export type Iteration = 'once' | 'forEach' | 'forEachOrNull' | 'repeat';

export interface SelectElement {
  readonly element: string;
  readonly iteration: Iteration;
  /** None where `once`, one for forEach, any number for repeat. */
  readonly over: readonly PathElement[];
  readonly columns: readonly ColumnElement[];
  readonly select: readonly SelectElement[];
  readonly unionAll: readonly SelectElement[];
}

const words = (text: string): ReadonlySet<string> => new Set(text.split(' '));
const ANYWHERE = words('id extension modifierExtension');
const KNOWN = {
  view: words(
    'resourceType meta implicitRules language text contained url identifier name title status experimental date publisher ' +
      'contact description useContext copyright jurisdiction version versionAlgorithmString versionAlgorithmCoding purpose ' +
      'copyrightLabel profile fhirVersion resource constant select where',
  ),
  select: words('column select forEach forEachOrNull repeat unionAll'),
  column: words('path name description collection type tag'),
  where: words('path description'),
};
const NAME = /^[A-Za-z][A-Za-z0-9_]*$/;
/** Deepest nesting of selects. */
const DEEPEST = 50;

type Json = Readonly<Record<string, unknown>>;

/** Reads a ViewDefinition; every fault is told of, and where there is one the result is of no use. */
export function readDefinition(value: unknown, file: string, tell: (problem: Problem) => void): ViewDefinition | null {
  const reader = new Reader(file, tell);
  return reader.view(value);
}

class Reader {
  readonly #file: string;
  readonly #tell: (problem: Problem) => void;

  constructor(file: string, tell: (problem: Problem) => void) {
    this.#file = file;
    this.#tell = tell;
  }

  view(value: unknown): ViewDefinition | null {
    const at = 'ViewDefinition';
    if (!isObject(value)) {
      this.#say('view-element', at, 'is no object');
      return null;
    }
    this.#known(value, KNOWN.view, at);
    if (value.resourceType !== undefined && value.resourceType !== 'ViewDefinition') {
      this.#say('view-element', `${at}.resourceType`, `is ${JSON.stringify(value.resourceType)}, not ViewDefinition`);
    }
    const select = this.#list(value.select, `${at}.select`).map(([one, place]) => this.#select(one, place, 0));
    if (value.select === undefined) this.#say('view-element', `${at}.select`, 'is missing');
    else if (select.length === 0) this.#say('view-element', `${at}.select`, 'is empty');
    return {
      name: value.name === undefined ? null : this.#text(value.name, `${at}.name`),
      resource: this.#text(value.resource, `${at}.resource`),
      constants: this.#list(value.constant, `${at}.constant`).flatMap(([one, place]) => this.#constant(one, place)),
      where: this.#list(value.where, `${at}.where`).map(([one, place]) => {
        this.#known(one, KNOWN.where, place);
        return { path: this.#text(one.path, `${place}.path`), element: `${place}.path` };
      }),
      select,
    };
  }

  #select(value: Json, element: string, depth: number): SelectElement {
    this.#known(value, KNOWN.select, element);
    const empty = { element, iteration: 'once', over: [], columns: [], select: [], unionAll: [] } as const;
    if (depth > DEEPEST) {
      this.#say('view-element', element, `is nested deeper than ${DEEPEST} selects`);
      return empty;
    }
    const ways = (['forEach', 'forEachOrNull', 'repeat'] as const).filter((way) => value[way] !== undefined);
    if (ways.length > 1) this.#say('view-element', element, `has ${ways.join(' and ')}, of which it may have one`);
    const iteration = ways[0] ?? 'once';
    const under = (name: 'select' | 'unionAll') =>
      this.#list(value[name], `${element}.${name}`).map(([one, place]) => this.#select(one, place, depth + 1));
    const parts = {
      columns: this.#list(value.column, `${element}.column`).map(([one, place]) => this.#column(one, place)),
      select: under('select'),
      unionAll: under('unionAll'),
    };
    if (parts.columns.length + parts.select.length + parts.unionAll.length === 0) {
      this.#say('view-element', element, 'has neither column nor select nor unionAll');
    }
    return { element, iteration, over: this.#over(value, iteration, element), ...parts };
  }

  #over(value: Json, iteration: Iteration, element: string): readonly PathElement[] {
    if (iteration === 'once') return [];
    const at = `${element}.${iteration}`;
    if (iteration !== 'repeat') return [{ path: this.#text(value[iteration], at), element: at }];
    const { repeat } = value;
    if (!Array.isArray(repeat) || repeat.length === 0) {
      this.#say('view-element', at, 'is no list of paths');
      return [];
    }
    return repeat.map((path, i) => ({ path: this.#text(path, `${at}[${i}]`), element: `${at}[${i}]` }));
  }

  #column(value: Json, element: string): ColumnElement {
    this.#known(value, KNOWN.column, element);
    const { collection, type } = value;
    if (collection !== undefined && typeof collection !== 'boolean') {
      this.#say('view-element', `${element}.collection`, 'is neither true nor false');
    }
    return {
      element: `${element}.path`,
      path: this.#text(value.path, `${element}.path`),
      name: this.#name(value.name, `${element}.name`),
      type: type === undefined ? null : this.#text(type, `${element}.type`),
      collection: collection === true,
    };
  }

  #constant(value: Json, element: string): ConstantElement[] {
    const name = this.#name(value.name, `${element}.name`);
    const keys = Object.keys(value).filter((key) => key !== 'name' && !ANYWHERE.has(key) && !key.startsWith('_'));
    const strange = keys.find((key) => !/^value[A-Z]/.test(key));
    if (strange !== undefined) this.#say('view-element', `${element}.${strange}`, 'is no element of a constant');
    const given = keys.filter((key) => key.startsWith('value'));
    if (given.length === 1) {
      return [{ name, type: given[0]!.slice(5), value: value[given[0]!], element: `${element}.${given[0]}` }];
    }
    const message = given.length === 0 ? 'has no value' : `has several values: ${given.join(', ')}`;
    this.#say('view-constant', element, message);
    return [];
  }

  #name(value: unknown, element: string): string {
    const name = this.#text(value, element);
    if (name !== '' && !NAME.test(name)) this.#say('view-name', element, `"${name}" is no name in SQL`);
    return name;
  }

  /** Text that must be there; empty where it is not, which has been told of. */
  #text(value: unknown, element: string): string {
    if (typeof value === 'string' && value.trim() !== '') return value;
    this.#say('view-element', element, value === undefined ? 'is missing' : 'is no text');
    return '';
  }

  #list(value: unknown, element: string): (readonly [Json, string])[] {
    if (value === undefined) return [];
    if (!Array.isArray(value)) {
      this.#say('view-element', element, 'is no list');
      return [];
    }
    return value.flatMap((one, i) => {
      const at = `${element}[${i}]`;
      if (isObject(one)) return [[one, at] as const];
      this.#say('view-element', at, 'is no object');
      return [];
    });
  }

  #known(value: Json, known: ReadonlySet<string>, element: string): void {
    for (const key of Object.keys(value)) {
      if (known.has(key) || ANYWHERE.has(key) || key.startsWith('_')) continue;
      this.#say('view-element', `${element}.${key}`, 'is no element of a ViewDefinition');
    }
  }

  #say(code: keyof typeof viewErrors.table & string, element: string, message: string): void {
    this.#tell(viewErrors.problem(code, `${element} ${message}.`, { file: this.#file, element }));
  }
}
