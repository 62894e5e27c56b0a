import type { Zone } from '../device/zone.ts';
import { Account, type FieldFate } from './account.ts';
import { Assembly, type MadeResource, type PatientLink } from './assemble.ts';
import { settingOf } from './header.ts';
import type { Message } from './message.ts';
import type { Identity } from './patient.ts';
import { ZONELESS } from './primitives.ts';
import type { Purpose } from './purpose.ts';

/** Message types that are mapped; others are kept whole. */
export const MAPPED_TYPES: ReadonlySet<string> = new Set(
  'ADT BAR DFT MDM OMG OMI OML OMP OPL OPU ORM ORU OUL PGL PPR RAS RDE RDS REF RRI SIU VXU'.split(' '),
);

/** What a message becomes in FHIR R4, and what became of every field of it. */
export interface Conversion {
  readonly resources: readonly MadeResource[];
  readonly links: readonly PatientLink[];
  /** The patients of the message by the id of their resource. */
  readonly patients: ReadonlyMap<string, Identity>;
  readonly account: Account;
  /** Whether any time of day has no zone: such times are marked until `asFhir` or `asWritten` takes the mark away. */
  readonly zoneless: boolean;
}

/**
 * Converts a message by the v2-to-FHIR maps. `zone` is meant where neither a time nor MSH-7 states one. For items, only what they
 * are made of is there, and the account has no more than what is wrong. Pure.
 */
export function convertMessage(
  message: Message,
  file: string,
  zone: Zone | null,
  purpose: Purpose = 'resources',
): Conversion {
  const account = new Account(message, purpose);
  const assembly = new Assembly(message, account, file, settingOf(message, zone), purpose);
  assembly.run();
  const resources = assembly.finish();
  // A resource that nothing but its content identifies has to be made whole.
  if (resources === null) return convertMessage(message, file, zone, 'resources');
  const { links, patients } = assembly;
  return { resources, links, patients, account, zoneless: account.zoneless };
}

/** Every field of the message with its fate, in the order of the bytes. */
export function fieldFates(message: Message, account: Account): readonly FieldFate[] {
  const seen = new Map<string, number>();
  return message.segments.flatMap((segment) => {
    const occurrence = (seen.get(segment.id) ?? 0) + 1;
    seen.set(segment.id, occurrence);
    return account.of(segment, occurrence);
  });
}

/** The resource as FHIR has it: a time of day whose zone nobody stated is given to its day. */
export function asFhir<T>(resource: T): T {
  return walk(resource, (text) => text.slice(0, 10)) as T;
}

/** The resource with times as they were written, zone or none. */
export function asWritten<T>(resource: T): T {
  return walk(resource, (text) => text.slice(0, -1)) as T;
}

function walk(value: unknown, zoneless: (text: string) => string): unknown {
  if (typeof value === 'string') return value.endsWith(ZONELESS) ? zoneless(value) : value;
  if (Array.isArray(value)) return value.map((each) => walk(each, zoneless));
  if (typeof value !== 'object' || value === null) return value;
  const out: Record<string, unknown> = {};
  for (const key of Object.keys(value)) out[key] = walk((value as Record<string, unknown>)[key], zoneless);
  return out;
}
