import { type Definitions, r4Definitions } from './definitions.ts';
import { type Issue, issue, type Place } from './issue.ts';
import { JsonFault, readJson } from './json-text.ts';
import { ProfileTable } from './profile-table.ts';
import { checkResource } from './resource.ts';
import { Run, type Tables, type ValidateOptions } from './run.ts';
import { TypeTable } from './type-table.ts';
import { ValueSets } from './value-sets.ts';

/** Checks resources against one set of definitions, for which it keeps what is computed once. */
export class Validator {
  readonly #tables: Tables;

  constructor(definitions: Definitions = r4Definitions) {
    const types = new TypeTable(definitions);
    this.#tables = {
      definitions,
      types,
      profiles: new ProfileTable(definitions, types),
      sets: new ValueSets(definitions),
    };
  }

  /** What is wrong with a resource, given as parsed JSON; an empty list where nothing is. */
  resource(resource: unknown, options: ValidateOptions = {}): readonly Issue[] {
    const run = new Run(this.#tables, options);
    const type =
      typeof resource === 'object' && resource !== null
        ? (resource as { resourceType?: unknown }).resourceType
        : undefined;
    const place: Place = { above: null, step: typeof type === 'string' ? type.slice(0, 64) : 'Resource' };
    checkResource(run, resource, place);
    return run.issues;
  }

  /** The same of a text or of UTF-8 bytes, which are read strictly: what is wrong with the JSON is told with line and column. */
  text(source: string | Uint8Array, options: ValidateOptions = {}): readonly Issue[] {
    let text: string;
    try {
      text =
        typeof source === 'string' ? source : new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(source);
    } catch {
      return [issue('json-text', '', 'the bytes are not UTF-8')];
    }
    try {
      const { value, remarks } = readJson(text);
      const told = remarks.map(({ rule, text: words, line, column }) => ({ ...issue(rule, '', words), line, column }));
      return [...told, ...this.resource(value, options)];
    } catch (error) {
      if (!(error instanceof JsonFault)) throw error;
      const { rule, message, line, column } = error;
      return [{ ...issue(rule, '', message), line, column }];
    }
  }
}

let shipped: Validator | undefined;

/** What is wrong with a resource by R4 itself and the extensions pack. */
export function validateResource(resource: unknown, options: ValidateOptions = {}): readonly Issue[] {
  shipped ??= new Validator();
  return shipped.resource(resource, options);
}
