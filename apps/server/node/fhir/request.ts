import type { Caller } from '../../access.ts';
import { restErrors } from './errors.data.ts';

/** An interaction, whether it came by itself or as an entry of a batch. */
export interface FhirRequest {
  readonly method: string;
  /** Segments of the address after `/fhir`. */
  readonly path: readonly string[];
  readonly query: readonly (readonly [string, string])[];
  readonly headers: FhirHeaders;
  readonly body: unknown;
  readonly caller: Caller;
  /** `https://here/fhir` */
  readonly base: string;
}

export interface FhirHeaders {
  readonly ifMatch?: string | undefined;
  readonly ifNoneMatch?: string | undefined;
  readonly ifModifiedSince?: string | undefined;
  readonly ifNoneExist?: string | undefined;
  readonly prefer?: string | undefined;
  readonly contentType?: string | undefined;
}

/** What is preferred to come back: by the request's Prefer, else as given. */
export function preferred(
  { prefer = '' }: FhirHeaders,
  otherwise: 'minimal' | 'representation',
): 'minimal' | 'representation' | 'OperationOutcome' {
  const wanted = /(?:^|[,;\s])return=(minimal|representation|OperationOutcome)/.exec(prefer)?.[1];
  return (wanted as 'minimal' | undefined) ?? otherwise;
}

/** Whether unknown search parameters are refused. R4 leaves it to the server: lenient, and said in the answer. */
export function handling({ prefer = '' }: FhirHeaders): 'strict' | 'lenient' {
  return /handling=strict/.test(prefer) ? 'strict' : 'lenient';
}

/** The version of `W/"3"`; null where the header is absent. @throws rest-precondition */
export function versionOfTag(tag: string | undefined): number | null {
  if (tag === undefined) return null;
  const version = /^(?:W\/)?"(\d{1,15})"$/.exec(tag.trim())?.[1];
  if (version === undefined)
    throw restErrors.error('rest-precondition', `"${tag.slice(0, 80)}" is not a version as W/"3".`);
  return Number(version);
}

export function tagOf(version: number): string {
  return `W/"${version}"`;
}

/** Pairs of a query text. */
export function pairsOf(query: string): readonly (readonly [string, string])[] {
  return [...new URLSearchParams(query)];
}
