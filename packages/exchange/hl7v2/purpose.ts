/**
 * What a message is converted for: its resources with the account of every field, or only what comes of it in the log, where
 * what no item is made of is looked at for what is wrong with it, and not made.
 */
export type Purpose = 'resources' | 'items';

/** Resources that items are made of or take a name from, with the elements that are never read for it. */
const UNREAD: Readonly<Record<string, ReadonlySet<string>>> = {
  Patient: new Set(['communication', 'contact', 'extension', 'generalPractitioner', 'maritalStatus', 'photo']),
  Observation: new Set([
    'bodySite',
    'encounter',
    'extension',
    'identifier',
    'interpretation',
    'method',
    'note',
    'performer',
    'referenceRange',
    'specimen',
  ]),
  Encounter: new Set([
    'diagnosis',
    'extension',
    'hospitalization',
    'length',
    'participant',
    'priority',
    'reasonCode',
    'serviceType',
  ]),
  Condition: new Set(['asserter', 'category', 'encounter', 'extension', 'identifier', 'note']),
  Procedure: new Set(['category', 'encounter', 'extension', 'identifier', 'location', 'performer', 'reasonCode']),
  MedicationRequest: new Set([
    'encounter',
    'extension',
    'identifier',
    'note',
    'priority',
    'reasonCode',
    'requester',
    'substitution',
  ]),
  MedicationAdministration: new Set(['context', 'extension', 'identifier', 'note', 'performer', 'reasonCode']),
  Device: new Set(),
  Location: new Set(),
};

/** Types of which the FHIR door makes items. */
export const WITH_ITEMS: ReadonlySet<string> = new Set(
  Object.keys(UNREAD).filter((type) => type !== 'Device' && type !== 'Location'),
);

/** Whether an item, or the name of one, comes of resources of the type. */
export function isReadForItems(type: string): boolean {
  return Object.hasOwn(UNREAD, type);
}

/** Whether an item may come of the element. */
export function elementIsRead(type: string, element: string): boolean {
  return isReadForItems(type) && !UNREAD[type]!.has(element);
}

/** The elements that no item comes of, by type. */
export function unreadElements(type: string): readonly string[] {
  return [...(UNREAD[type] ?? [])];
}
