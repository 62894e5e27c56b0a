import { after, DAY, HOUR, type Instant, instant, MINUTE } from '@gemel/core';
import type { DeviceLog } from '@gemel/exchange/device/cgm/log';
import { randomStream } from '@gemel/numerics';
import { EVERYDAY, type GeneratedPatient, generatePatient } from '@gemel/pack-glucose/generate';
import { type AgeGroup, drawPatient } from '@gemel/pack-glucose/population';
import { titrate } from '@gemel/pack-glucose/therapy';

/** The zone the demonstration world lives in. */
export const DEMO_ZONE = 'Europe/Berlin';
/** Local midnight of its first day. */
export const DEMO_START: Instant = instant(Date.parse('2026-03-02T00:00:00+01:00'));
/** Days of records before the demonstration begins, and days it can go on. */
export const DEMO_PAST_DAYS = 14;
export const DEMO_DAYS = 21;
/** The demonstration begins in the late morning of the day after the past. */
export const DEMO_NOW: Instant = instant(DEMO_START + DEMO_PAST_DAYS * DAY + 10 * HOUR + 30 * 60_000);

/** Who lives there: invented people, each with the files of another device. */
export interface DemoPerson {
  readonly id: string;
  readonly name: string;
  readonly sex: 'female' | 'male';
  readonly group: AgeGroup;
  /** Encoder of the device's files. */
  readonly format: 'dexcom-clarity' | 'libreview' | 'nightscout' | 'tidepool' | 'cgm-csv';
  readonly unit: 'mg/dL' | 'mmol/L';
  /** What the records hold: everything, or the sensor alone. */
  readonly records: 'complete' | 'sensor only';
  /** Carbohydrate eaten shortly before the demonstration begins, counted but not covered by insulin, g. */
  readonly forgotten?: number;
}

export const DEMO_PEOPLE: readonly DemoPerson[] = [
  {
    id: 'anna',
    sex: 'female',
    name: 'Anna Sommer',
    group: 'adult',
    format: 'dexcom-clarity',
    unit: 'mg/dL',
    records: 'complete',
  },
  {
    id: 'ben',
    sex: 'male',
    name: 'Ben Keller',
    group: 'adolescent',
    format: 'libreview',
    unit: 'mmol/L',
    records: 'complete',
  },
  {
    id: 'carla',
    sex: 'female',
    name: 'Carla Weiss',
    group: 'adult',
    format: 'nightscout',
    unit: 'mg/dL',
    records: 'complete',
    forgotten: 40,
  },
  {
    id: 'david',
    sex: 'male',
    name: 'David Novak',
    group: 'child',
    format: 'tidepool',
    unit: 'mg/dL',
    records: 'complete',
  },
  {
    id: 'emma',
    sex: 'female',
    name: 'Emma Lind',
    group: 'adult',
    format: 'cgm-csv',
    unit: 'mg/dL',
    records: 'complete',
  },
  {
    id: 'felix',
    sex: 'male',
    name: 'Felix Brandt',
    group: 'adult',
    format: 'dexcom-clarity',
    unit: 'mg/dL',
    records: 'sensor only',
  },
];

/** A person with the days that were generated for them. */
export interface DemoLife {
  readonly person: DemoPerson;
  readonly patient: Omit<GeneratedPatient, 'truth'>;
  readonly birthDate: string;
}

/** Generates one person's days; equal seeds give equal days. */
export function liveDays(person: DemoPerson, seed: number, days = DEMO_DAYS): DemoLife {
  const index = DEMO_PEOPLE.indexOf(person);
  const { truth: _, ...generated } = generatePatient({
    seed: seed * 1000 + index,
    start: DEMO_START,
    days,
    group: person.group,
    parameters: typicalParameters(person.group, seed * 1000 + index),
    perturbation: EVERYDAY,
    sensorFaults: true,
    uncovered: person.forgotten === undefined ? [] : [{ at: after(DEMO_NOW, -20 * MINUTE), grams: person.forgotten }],
  });
  const patient = { ...generated, profile: { ...generated.profile, sex: person.sex } };
  const year = new Date(DEMO_START).getUTCFullYear() - patient.profile.age - 1;
  return { person, patient, birthDate: `${year}-0${3 + (index % 6)}-1${index % 9}` };
}

/** Settings of the people shown lie where most people's do, so that the first look is not at a rare one; g/U. */
const TYPICAL_RATIO: Readonly<Record<AgeGroup, readonly [number, number]>> = {
  child: [12, 35],
  adolescent: [6, 20],
  adult: [7, 18],
};

/** The first draw from the population whose carbohydrate ratio is a common one. */
function typicalParameters(group: AgeGroup, seed: number): Float64Array {
  const [least, most] = TYPICAL_RATIO[group];
  for (let draw = 0; ; draw++) {
    const { parameters } = drawPatient(group, randomStream(seed, 'demonstration', draw));
    const { carbohydrateRatio } = titrate(parameters);
    if (carbohydrateRatio >= least && carbohydrateRatio <= most) return parameters;
  }
}

/** What the devices of a person recorded in [from, to). */
export function deviceLog(life: DemoLife, from: number, to: number): DeviceLog {
  const { person, patient, birthDate } = life;
  const within = (at: number) => at >= from && at < to;
  const complete = person.records === 'complete';
  return {
    subject: subjectOf(person),
    // Said once, with the first records.
    ...(from <= DEMO_START && { name: person.name, birthDate }),
    glucose: patient.cgm
      .filter(({ at }) => within(at))
      .map(({ at, reading }) =>
        'value' in reading
          ? { at, value: reading.value }
          : 'below' in reading
            ? { at, value: reading.below, beyond: 'low' as const }
            : { at, value: reading.above, beyond: 'high' as const },
      ),
    meter: [],
    bolus: complete ? patient.boluses.filter(({ at }) => within(at)).map(({ at, units }) => ({ at, units })) : [],
    basal: complete
      ? patient.basal.filter((basal) => within(basal.from)).map(({ from, to, rate }) => ({ from, to, rate }))
      : [],
    carbohydrate: complete
      ? patient.meals.flatMap(({ at, announced }) =>
          within(at) && announced !== null ? [{ at, grams: tenth(announced) }] : [],
        )
      : [],
    sensorStart: patient.sensorStarts.filter(within),
    siteChange: [],
  };
}

/** The subject as the FHIR records name it. */
export function subjectOf(person: DemoPerson): string {
  return `Patient/${person.id}`;
}

function tenth(value: number): number {
  return Math.round(value * 10) / 10;
}
