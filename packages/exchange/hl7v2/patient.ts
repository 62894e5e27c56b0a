import { hashText } from './draft.ts';
import type { Segment } from './message.ts';
import { authoritySystem, localSystem, type Setting } from './values.ts';

/** Who a patient is: `system|value` of the first identifier, and the id of the Patient resource that comes of it. */
export interface Identity {
  readonly key: string;
  readonly system: string;
  readonly value: string;
  readonly id: string;
}

/**
 * The patient that the first of the fields with an identifier names: the medical record number where the list has one, else
 * the first. An identifier without an authority counts as the sender's own.
 */
export function patientIdentity(
  segment: Segment,
  fields: readonly number[],
  setting: Omit<Setting, 'note'>,
): Identity | null {
  for (const field of fields) {
    const named = segment.field(field).flatMap(({ components }) => {
      const value = (components[0]?.parts[0] ?? '').trim();
      const [namespace = '', id = '', type = ''] = (components[3]?.parts ?? []).map((part) => (part ?? '').trim());
      return value === '' ? [] : [{ value, namespace, id, type, kind: components[4]?.parts[0] ?? '' }];
    });
    const best = named.find(({ kind }) => kind === 'MR') ?? named.find(({ kind }) => kind === 'PI') ?? named[0];
    if (best === undefined) continue;
    const whole: Setting = { ...setting, note: () => {} };
    const system =
      authoritySystem(best.namespace, best.id, best.type, whole) ??
      localSystem('authority', `${segment.id === 'MRG' ? 'PID' : segment.id}-3`, whole);
    const key = `${system}|${best.value}`;
    return { key, system, value: best.value, id: hashText(`Patient|${key}`) };
  }
  return null;
}
