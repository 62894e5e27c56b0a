import type { Decoded, RawItem } from '@gemel/core';
import type { Door, DoorOptions } from '../door.ts';
import { fhirDoor } from './decode.ts';

/** Bytes of a text, or of a value as JSON. */
export function bytesOf(source: unknown): Uint8Array {
  if (source instanceof Uint8Array) return source;
  return new TextEncoder().encode(typeof source === 'string' ? source : JSON.stringify(source));
}

/** Everything a door yields for a source. */
export function decodedOf(
  source: unknown,
  options: Partial<DoorOptions> = {},
  door: Door = fhirDoor,
): readonly Decoded[] {
  return [...door.decode(bytesOf(source), { name: 'test.json', ...options })];
}

/** A Bundle of type collection around resources. */
export function bundleOf(...resources: readonly unknown[]): { resourceType: string; type: string; entry: unknown[] } {
  return { resourceType: 'Bundle', type: 'collection', entry: resources.map((resource) => ({ resource })) };
}

/** Items and codes of problems of one resource, decoded on its own. */
export function outcomeOf(
  resource: object,
  options: Partial<DoorOptions> = {},
): { readonly fate: string; readonly items: readonly RawItem[]; readonly codes: readonly string[] } {
  const [decoded, ...more] = decodedOf(resource, options);
  if (decoded === undefined || more.length > 0) throw new Error('one resource was to give one Decoded');
  return { fate: decoded.fate, items: decoded.items, codes: decoded.problems.map((problem) => problem.code) };
}

/** Entries among what was decoded: everything but remarks on the file. */
export function entriesOf(decoded: readonly Decoded[]): readonly Decoded[] {
  return decoded.filter(({ type }) => type !== 'file');
}
