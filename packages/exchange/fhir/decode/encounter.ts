import { type Context, type Json, keep, type Outcome, REFUSED, refuse } from '../context.ts';
import { listAt, objectAt, readCoding, readConcept, readPeriod } from '../datatype.ts';
import { knownSince, retract, statusOf, unused } from '../occurrence.ts';
import { patientKey } from '../reference.ts';
import { encounterMovements } from './encounter-movements.ts';

const TOOK_PLACE = new Set(['arrived', 'triaged', 'in-progress', 'onleave', 'finished']);

/** Encounter → fact `encounter` over its period (the value is its class, the codings its types), and its movements. */
export function decodeEncounter(resource: Json, context: Context): Outcome {
  const status = statusOf(resource, context);
  if (typeof status !== 'string') return status;
  const subject = patientKey(resource.subject, context, 'subject');
  if (typeof subject !== 'string') return subject;
  if (status === 'entered-in-error') return retract(resource, subject, context);
  const placed = status === 'planned' && resource.class !== undefined && resource.period !== undefined;
  if (!TOOK_PLACE.has(status) && !placed) return unused(context, status);
  const group = objectAt(resource, 'class', context);
  const coding = group === undefined ? null : readCoding(group, context, 'class');
  if (coding === null) return refuse(context, 'fhir-code-missing', 'the encounter has no class', 'class');
  const types = listAt(resource, 'type', context).map((type, i) => readConcept(type, context, `type[${i}]`));
  const named = types.filter((type) => type !== null);
  if (resource.period === undefined) return keep(context, 'fhir-time-missing', 'the encounter has no period', 'period');
  const period = readPeriod(resource.period, context, 'period');
  if (period === null) return REFUSED;
  const movements = encounterMovements(resource, { status, subject, time: period.time, visitClass: coding }, context);
  if (status === 'planned')
    return movements.length === 0 ? unused(context, status) : { fate: 'mapped', items: movements };
  const text = named.find((type) => type.text !== undefined)?.text ?? coding.display;
  return {
    fate: 'mapped',
    items: [
      {
        kind: 'fact',
        subject,
        provenance: context.provenance,
        fact: 'encounter',
        codings: named.flatMap((type) => type.codings),
        value: { kind: 'coded', codings: [coding], ...(text === undefined ? {} : { text }) },
        time: period.time,
        ...knownSince(resource, context),
      },
      ...movements,
    ],
  };
}
