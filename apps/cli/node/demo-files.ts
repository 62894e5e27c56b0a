import type { ControlInput, Fact, Instant } from '@gemel/core';
import { coding, GEMEL, instant, SNOMED } from '@gemel/core';
import { cgmEncoders } from '@gemel/exchange/device/cgm/encode';
import { encodeCondition } from '@gemel/exchange/fhir/encode/condition';
import { encodeControl } from '@gemel/exchange/fhir/encode/control';
import { encodeFactObservation } from '@gemel/exchange/fhir/encode/observation';
import { encodePatient } from '@gemel/exchange/fhir/encode/patient';
import { DEMO_START, DEMO_ZONE, type DemoLife, deviceLog, subjectOf } from './demo-people.ts';
import type { RecordOptions } from './sources.ts';

/** A file of the demonstration world, and what has to be said when it is taken in. */
export interface DemoFile {
  readonly name: string;
  readonly text: string;
  readonly options: Omit<RecordOptions, 'start'>;
}

/** The files of one person for [from, to): FHIR for who they are and what their device file cannot hold, and the device file. */
export function personFiles(life: DemoLife, from: number, to: number, label: string): DemoFile[] {
  const { person } = life;
  const encoder = cgmEncoders.find((candidate) => candidate.id === person.format)!;
  const log = deviceLog(life, from, to);
  const files: DemoFile[] = [];
  const resources = [
    ...(from <= DEMO_START ? whoTheyAre(life) : []),
    ...(encoder.omits.includes('basal') ? log.basal.map((basal) => encodeControl(basalControl(life, basal))) : []),
    ...(encoder.omits.includes('sensorStart')
      ? log.sensorStart.map((at) => encodeFactObservation(sensorStart(life, at)))
      : []),
  ];
  if (resources.length > 0) {
    const bundle = { resourceType: 'Bundle', type: 'collection', entry: resources.map((resource) => ({ resource })) };
    files.push({ name: `${person.id}-${label}.fhir.json`, text: `${JSON.stringify(bundle, null, 1)}\n`, options: {} });
  }
  const recorded =
    log.glucose.length + log.bolus.length + log.carbohydrate.length + log.basal.length + log.sensorStart.length;
  if (recorded > 0) {
    files.push({
      name: `${person.id}-${label}.${person.format}.${encoder.extension}`,
      text: encoder.encode(log, { zone: DEMO_ZONE, unit: person.unit }),
      options: { subject: subjectOf(person), zone: DEMO_ZONE, unit: person.unit, dates: 'day-first' },
    });
  }
  return files;
}

function whoTheyAre(life: DemoLife) {
  const { person, patient, birthDate } = life;
  const { weight, sex, therapy } = patient.profile;
  const fact = factOf(life);
  const diabetes = { codings: [coding(SNOMED, '46635009', 'Diabetes mellitus type 1')], text: 'Type 1 diabetes' };
  const facts = [
    fact('body.weight', { value: Number(weight.toFixed(1)), unit: 'kg' }),
    fact('therapy.basal-rate', { value: therapy.basal, unit: 'U/h' }),
    fact('therapy.carbohydrate-ratio', { value: therapy.carbohydrateRatio, unit: 'g/U' }),
    fact('therapy.correction-factor', { value: therapy.correctionFactor, unit: 'mg/dL/U' }),
  ];
  return [
    encodePatient(person.id, [fact('name', person.name), fact('sex', sex), fact('birthDate', birthDate)]),
    encodeCondition(fact('condition', diabetes)),
    ...(person.records === 'complete' ? facts : facts.slice(0, 1)).map(encodeFactObservation),
  ];
}

function factOf(life: DemoLife) {
  return (name: string, value: Fact['value'], at: Instant = DEMO_START): Fact => ({
    kind: 'fact',
    id: `${life.person.id}-${name}-${at}`,
    subject: subjectOf(life.person),
    fact: name,
    code: null,
    value,
    trueAt: at,
    knownAt: at,
    provenance: { source: 'demonstration', element: name },
  });
}

function sensorStart(life: DemoLife, at: number): Fact {
  return factOf(life)('sensor.start', true, instant(at));
}

function basalControl(
  life: DemoLife,
  basal: { readonly from: number; readonly to: number; readonly rate: number },
): ControlInput {
  const name = `${life.person.id}-basal-${basal.from}`;
  return {
    kind: 'control',
    id: name,
    subject: subjectOf(life.person),
    control: 'insulin.basal',
    code: { codings: [coding(GEMEL, 'insulin.basal', 'Basal insulin rate')], text: 'Basal insulin' },
    value: { value: basal.rate, unit: 'U/h' },
    from: instant(basal.from),
    to: instant(basal.to),
    status: 'given',
    knownAt: instant(basal.from),
    offset: 60,
    grade: 'good',
    marks: [],
    provenance: { source: 'demonstration', element: name },
  };
}
