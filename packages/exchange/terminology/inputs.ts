import { terminologyErrors } from './errors.data.ts';
import { codingOf, isJson, type Json } from './resource.ts';
import type { AskedCoding } from './validate-code.ts';

interface Input {
  readonly name: string;
  /** The value of whichever value[x] was given; text where it came with an address. */
  readonly value: unknown;
  readonly resource: unknown;
  readonly parts: readonly Input[];
}

/** Deepest nesting of parameters in parameters. */
const DEEPEST = 5;

/** The parameters of an operation, from an address or a FHIR Parameters resource. @throws terminology-request */
export class Inputs {
  readonly #all: readonly Input[];

  private constructor(all: readonly Input[]) {
    this.#all = all;
  }

  static ofQuery(pairs: Iterable<readonly [string, string]>): Inputs {
    return new Inputs([...pairs].map(([name, value]) => ({ name, value, resource: undefined, parts: [] })));
  }

  static ofResource(resource: unknown): Inputs {
    if (!isJson(resource) || resource.resourceType !== 'Parameters') throw wrong('the body is no Parameters resource');
    return new Inputs(readAll(resource.parameter, 0));
  }

  /** Refuses what the operation would silently not heed. */
  only(known: readonly string[]): void {
    for (const { name } of this.#all) {
      if (!known.includes(name) && !name.startsWith('_'))
        throw wrong(`the parameter "${name}" is not understood`, name);
    }
  }

  has(name: string): boolean {
    return this.#all.some((each) => each.name === name);
  }

  text(name: string): string | null {
    const value = this.#one(name);
    if (value === undefined) return null;
    if (typeof value !== 'string' || value === '') throw wrong(`"${name}" is not a text`, name);
    return value;
  }

  texts(name: string): readonly string[] {
    return this.#all
      .filter((each) => each.name === name)
      .map(({ value }) => {
        if (typeof value !== 'string') throw wrong(`"${name}" is not a text`, name);
        return value;
      });
  }

  flag(name: string): boolean {
    const value = this.#one(name);
    if (value === undefined || value === 'false' || value === false) return false;
    if (value === 'true' || value === true) return true;
    throw wrong(`"${name}" is neither true nor false`, name);
  }

  count(name: string): number | null {
    const value = this.#one(name);
    if (value === undefined) return null;
    const count = typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : value;
    if (typeof count !== 'number' || !Number.isInteger(count) || count < 0)
      throw wrong(`"${name}" is no whole number`, name);
    return count;
  }

  coding(name: string): AskedCoding | null {
    const value = this.#one(name);
    if (value === undefined) return null;
    const coding = isJson(value) ? askedCoding(value) : null;
    if (coding === null) throw wrong(`"${name}" is no Coding with a code`, name);
    return coding;
  }

  /** The codings of a CodeableConcept. */
  concept(name: string): readonly AskedCoding[] | null {
    const value = this.#one(name);
    if (value === undefined) return null;
    if (!isJson(value)) throw wrong(`"${name}" is no CodeableConcept`, name);
    const codings = value.coding ?? [];
    if (!Array.isArray(codings)) throw wrong(`"${name}.coding" is no list`, name);
    return codings.map((each) => {
      const coding = isJson(each) ? askedCoding(each) : null;
      if (coding === null) throw wrong(`"${name}" has a coding without a code`, name);
      return coding;
    });
  }

  resource(name: string): Json | null {
    return this.resources(name)[0] ?? null;
  }

  resources(name: string): readonly Json[] {
    return this.#all
      .filter((each) => each.name === name)
      .map(({ resource }) => {
        if (!isJson(resource)) throw wrong(`"${name}" holds no resource`, name);
        return resource;
      });
  }

  /** The parts of each parameter of a name. */
  groups(name: string): readonly Inputs[] {
    return this.#all.filter((each) => each.name === name).map(({ parts }) => new Inputs(parts));
  }

  #one(name: string): unknown {
    const found = this.#all.filter((each) => each.name === name);
    if (found.length > 1) throw wrong(`"${name}" is given ${found.length} times`, name);
    return found[0]?.value;
  }
}

function readAll(list: unknown, depth: number): Input[] {
  if (list === undefined) return [];
  if (!Array.isArray(list) || depth > DEEPEST) throw wrong('"parameter" is no list, or nested too deep');
  return list.map((each) => {
    if (!isJson(each) || typeof each.name !== 'string') throw wrong('a parameter has no name');
    const values = Object.entries(each).filter(([key]) => /^value[A-Z]/.test(key));
    if (values.length > 1) throw wrong(`"${each.name}" has several values`, each.name);
    return { name: each.name, value: values[0]?.[1], resource: each.resource, parts: readAll(each.part, depth + 1) };
  });
}

function askedCoding(value: Json): AskedCoding | null {
  const coding = codingOf(value);
  if (coding === null) return null;
  return {
    system: coding.system === '' ? null : coding.system,
    code: coding.code,
    display: coding.display ?? null,
    version: typeof value.version === 'string' ? value.version : null,
  };
}

export function wrong(message: string, field?: string) {
  return terminologyErrors.error('terminology-request', message, field === undefined ? {} : { field });
}
