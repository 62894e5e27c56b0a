import type { Fate, Problem, Provenance, RawItem } from '@gemel/core';
import type { Zone } from '../device/zone.ts';
import type { DoorOptions } from '../door.ts';
import { exchangeErrors } from '../errors.data.ts';
import type { References } from './reference.ts';

/** A JSON object of unknown content: everything read from it is checked. */
export type Json = { readonly [name: string]: unknown };

export type ProblemCode = keyof typeof exchangeErrors.table & string;

/** What one resource is decoded in. */
export interface Context {
  readonly options: DoorOptions;
  /** The zone given for times that carry none. */
  readonly zone: Zone | null;
  /** Path of the resource in the source: `Bundle.entry[12].resource`. */
  readonly element: string;
  /** Provenance of the resource as a whole, with its `sourceId`. */
  readonly provenance: Provenance;
  readonly references: References;
  /** Service base of the entry's fullUrl, which relative references go by; null where it has none. */
  readonly base: string | null;
  /** Contained resources by their local id. */
  readonly contained: ReadonlyMap<string, Json>;
  /** Filled as the resource is read. */
  readonly problems: Problem[];
}

/** What became of one resource. */
export interface Outcome {
  readonly fate: Fate;
  readonly items: readonly RawItem[];
}

export type ResourceDecoder = (resource: Json, context: Context) => Outcome;

export const REFUSED: Outcome = { fate: 'refused', items: [] };
export const KEPT: Outcome = { fate: 'kept', items: [] };

/** Mapped where anything was, else refused: whatever was left out stands among the problems. */
export function mapped(items: readonly RawItem[]): Outcome {
  return items.length > 0 ? { fate: 'mapped', items } : REFUSED;
}

/** Makes a problem placed at this resource; `field` is the path within it (`component[1].valueQuantity`). */
export function placed(context: Context, code: ProblemCode, message: string, field?: string): Problem {
  const { byteStart, line } = context.provenance;
  return exchangeErrors.problem(code, message, {
    file: context.options.name,
    element: context.element,
    ...(field === undefined ? {} : { field }),
    ...(line === undefined ? {} : { line }),
    ...(byteStart === undefined ? {} : { byte: byteStart }),
  });
}

/** Records a problem and returns it. */
export function note(context: Context, code: ProblemCode, message: string, field?: string): Problem {
  const problem = placed(context, code, message, field);
  context.problems.push(problem);
  return problem;
}

/** Refuses the resource, saying why. */
export function refuse(context: Context, code: ProblemCode, message: string, field?: string): Outcome {
  note(context, code, message, field);
  return REFUSED;
}

/** Keeps the resource whole, saying why it became no item. */
export function keep(context: Context, code: ProblemCode, message: string, field?: string): Outcome {
  note(context, code, message, field);
  return KEPT;
}

/** Provenance of a part of the resource; `part` as in `component[1]`, `name` what stays the same when parts are reordered. */
export function provenanceOf(context: Context, part?: string, name: string | undefined = part): Provenance {
  if (part === undefined) return context.provenance;
  const { sourceId } = context.provenance;
  return {
    ...context.provenance,
    element: `${context.element}.${part}`,
    ...(sourceId === undefined ? {} : { sourceId: `${sourceId}#${name}` }),
  };
}
