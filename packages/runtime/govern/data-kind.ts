import { type ControlInput, codingKey, type Fact, GEMEL, type Observation } from '@gemel/core';
import { CLASS_OF_LABEL, CLASS_OF_PREFIX, CLASS_OF_TYPE } from './data-classes.data.ts';

/** What a consent or a policy can tell of data: their type in FHIR, and their labels, categories and codes, `system|code`. */
export interface DataKind {
  readonly type: string;
  readonly labels: readonly string[];
}

/** Classes that data of this kind belong to: those their labels say, else the one of their type. */
export function classesOf({ type, labels }: DataKind): readonly string[] {
  const own = `${GEMEL}|`;
  const classes = new Set<string>();
  for (const label of labels) {
    const known = CLASS_OF_LABEL[label];
    if (known !== undefined) classes.add(known);
    if (!label.startsWith(own)) continue;
    for (const [prefix, of] of CLASS_OF_PREFIX) if (label.startsWith(prefix, own.length)) classes.add(of);
  }
  if (classes.size === 0) classes.add(CLASS_OF_TYPE[type] ?? 'other');
  return [...classes].sort();
}

/** Facts of the person, by the resource they live in. */
const TYPE_OF_FACT: Readonly<Record<string, string>> = {
  name: 'Patient',
  sex: 'Patient',
  birthDate: 'Patient',
  identifier: 'Patient',
  address: 'Patient',
  telecom: 'Patient',
  deceased: 'Patient',
  condition: 'Condition',
  procedure: 'Procedure',
  encounter: 'Encounter',
  medication: 'MedicationStatement',
  prescription: 'MedicationRequest',
  device: 'DeviceUseStatement',
  consent: 'Consent',
  restriction: 'Consent',
};

/** The kind of an item of the log. */
export function kindOf(item: Observation | ControlInput | Fact): DataKind {
  const { labels = [] } = item;
  if (item.kind === 'fact') {
    const type = TYPE_OF_FACT[item.fact] ?? (item.fact.startsWith('visit.') ? 'Encounter' : 'Observation');
    return { type, labels: [...(item.code?.codings ?? []).map(codingKey), ...labels] };
  }
  const codes = item.code.codings.map(codingKey);
  if (item.kind === 'observation') return { type: 'Observation', labels: [...codes, ...labels] };
  const eaten = codes.some((code) => CLASS_OF_LABEL[code] === 'nutrition' || code.startsWith(`${GEMEL}|meal.`));
  if (eaten) return { type: item.status === 'given' ? 'Observation' : 'NutritionOrder', labels: [...codes, ...labels] };
  return {
    type: item.status === 'given' ? 'MedicationAdministration' : 'MedicationRequest',
    labels: [...codes, ...labels],
  };
}

/** Names a kind, the same for equal kinds; a fact goes by its name too, so that it is told apart from others of its type. */
export function kindKey(item: Observation | ControlInput | Fact): string {
  const { type, labels } = kindOf(item);
  const name = item.kind === 'fact' ? `#${item.fact}` : '';
  return [`${type}${name}`, ...labels].join(' ');
}
