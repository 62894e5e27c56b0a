import { instant } from '@gemel/core/time';
import { type Context, type Json, keep, note, type Outcome } from '../context.ts';
import { listAt, readConcept, readMoment, textAt } from '../datatype.ts';
import { knownSince, retract, unused } from '../occurrence.ts';
import { patientKey } from '../reference.ts';

/** Device → fact `device` of the patient it belongs to; a device of no patient is kept. */
export function decodeDevice(resource: Json, context: Context): Outcome {
  if (resource.patient === undefined) {
    return keep(context, 'fhir-subject-other', 'the device is assigned to no patient', 'patient');
  }
  const subject = patientKey(resource.patient, context, 'patient');
  if (typeof subject !== 'string') return subject;
  const status = textAt(resource, 'status', context);
  if (status === 'entered-in-error') return retract(resource, subject, context);
  if (status !== undefined && status !== 'active') return unused(context, status);
  const names = listAt(resource, 'deviceName', context).map((name, i) =>
    textAt(name, 'name', context, `deviceName[${i}].name`),
  );
  const type = readConcept(resource.type, context, 'type');
  const serial = textAt(resource, 'serialNumber', context);
  const text = [names.find((name) => name !== undefined) ?? type?.text, serial]
    .filter((word) => word !== undefined)
    .join(' ');
  if (text === '')
    return keep(context, 'fhir-code-missing', 'the device has no name, type or serial number', 'deviceName');
  const known = knownSince(resource, context);
  const made =
    resource.manufactureDate === undefined ? null : readMoment(resource.manufactureDate, context, 'manufactureDate');
  const since = made?.time.start ?? known.issued;
  if (since === undefined) {
    note(
      context,
      'fhir-fact-undated',
      'neither manufactureDate nor meta.lastUpdated says since when; taken as always true',
    );
  }
  return {
    fate: 'mapped',
    items: [
      {
        kind: 'fact',
        subject,
        provenance: context.provenance,
        fact: 'device',
        codings: type?.codings ?? [],
        value: { kind: 'text', text },
        time: { start: since ?? instant(0), offset: made?.time.offset ?? null },
        ...known,
      },
    ],
  };
}
