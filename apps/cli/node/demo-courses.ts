import {
  after,
  type ControlInput,
  coding,
  DAY,
  type Fact,
  HOUR,
  type Instant,
  instant,
  LOINC,
  type Observation,
} from '@gemel/core';
import { encodeControl } from '@gemel/exchange/fhir/encode/control';
import { encodeFactObservation, encodeObservation } from '@gemel/exchange/fhir/encode/observation';
import { encodePatient } from '@gemel/exchange/fhir/encode/patient';
import { randomStream } from '@gemel/numerics';
import type { Drug, DrugModel } from '@gemel/pack-dosing';
import { vancomycin } from '@gemel/pack-dosing/drugs/vancomycin/index';
import { thomson2009 } from '@gemel/pack-dosing/drugs/vancomycin/thomson2009';
import { type CoursePlan, generateLevels } from '@gemel/pack-dosing/generate';
import { cockcroftGault } from '@gemel/pack-dosing/renal-function';
import type { DemoFile } from './demo-files.ts';
import { DEMO_DAYS, DEMO_NOW, DEMO_START } from './demo-people.ts';

/** An invented patient in hospital: a drug given at an interval, creatinine each morning, a level now and then. */
export interface DemoCourse {
  readonly id: string;
  readonly name: string;
  readonly sex: 'female' | 'male';
  readonly birthDate: string;
  /** kg, cm */
  readonly weight: number;
  readonly height: number;
  readonly drug: Drug;
  /** The published model the person is drawn from; the twin does not know which. */
  readonly model: DrugModel;
  /** mg, over hours, every hours. */
  readonly first: { readonly mg: number; readonly over: number };
  readonly regular: { readonly mg: number; readonly over: number; readonly every: number };
  /** mg/dL each morning, the last one going on. */
  readonly creatinine: readonly number[];
  /** Hours after the first dose at which a level is drawn. */
  readonly drawn: readonly number[];
}

export const DEMO_COURSES: readonly DemoCourse[] = [
  {
    id: 'ruth',
    name: 'Ruth Hartmann',
    sex: 'female',
    birthDate: '1957-04-11',
    weight: 68,
    height: 164,
    drug: vancomycin,
    model: thomson2009,
    first: { mg: 1500, over: 2 },
    regular: { mg: 1000, over: 1, every: 12 },
    creatinine: [1, 1.1, 1.1, 1.2, 1.1, 1.1, 1],
    drawn: [23.5, 51, 71.5, 97, 119.5, 143.5],
  },
];

/** The first dose: three days before the demonstration begins, so that the next is due in its afternoon. */
const BEGIN: Instant = after(DEMO_NOW, -3 * DAY - 30 * 60_000 + 4 * HOUR);
const END = DEMO_START + DEMO_DAYS * DAY;
/** Local time there is an hour east of UTC; the clocks do not change within these days. */
const OFFSET = 60;

/** All that happens to a person of the demonstration in hospital. */
export interface LivedCourse {
  readonly course: DemoCourse;
  readonly plan: CoursePlan;
  readonly levels: readonly { readonly at: Instant; readonly value: number }[];
  readonly creatinine: readonly { readonly at: Instant; readonly value: number }[];
}

/** Generates one person's stay; equal seeds give equal stays. */
export function liveCourse(course: DemoCourse, seed: number): LivedCourse {
  const { first, regular, creatinine: mornings } = course;
  const begin = after(BEGIN, -(regular.every / 2) * HOUR);
  const doses = [{ from: begin, to: after(begin, first.over * HOUR), mg: first.mg }];
  for (let at = begin + regular.every * HOUR; at < END; at += regular.every * HOUR) {
    doses.push({ from: instant(at), to: instant(at + regular.over * HOUR), mg: regular.mg });
  }
  const days = Math.floor((END - begin) / DAY);
  const creatinine = Array.from({ length: days }, (_, day) => ({
    at: instant(begin - 2 * HOUR + day * DAY),
    value: mornings[Math.min(day, mornings.length - 1)]!,
  }));
  const covariates = creatinine.map(({ at, value }, i) => {
    const age = (at - Date.parse(course.birthDate)) / (365.25 * DAY);
    const { weight, height } = course;
    const female = course.sex === 'female';
    const clcr = cockcroftGault(age, weight, value, female);
    const values = { age, weight, height, female: female ? 1 : 0, creatinine: value, clcr };
    return { time: i === 0 ? Number.NEGATIVE_INFINITY : at / HOUR, values };
  });
  const plan = { doses, covariates, drawn: course.drawn.map((hours) => after(begin, hours * HOUR)) };
  const levels = generateLevels(course.model, plan, randomStream(seed, 'demonstration', course.id));
  return { course, plan, levels, creatinine };
}

/** The records of one person for [from, to), as the hospital's own system would send them. */
export function courseFiles(lived: LivedCourse, from: number, to: number, label: string): DemoFile[] {
  const { course, plan, levels, creatinine } = lived;
  const subject = `Patient/${course.id}`;
  const within = ({ at }: { readonly at: number }) => at >= from && at < to;
  const common = (id: string, at: Instant) => ({
    id: `${course.id}-${id}-${at}`,
    subject,
    knownAt: at,
    offset: OFFSET,
    grade: 'good' as const,
    marks: [],
    provenance: { source: 'demonstration', element: id },
  });
  const fact = (name: string, value: Fact['value'], at: Instant): Fact => ({
    kind: 'fact',
    ...common(name.replace('.', '-'), at),
    fact: name,
    code: null,
    value,
    trueAt: at,
  });
  const measured =
    (name: string, code: Observation['code'], unit: string) =>
    (point: { readonly at: Instant; readonly value: number }): Observation => ({
      kind: 'observation',
      ...common(name, point.at),
      signal: null,
      code,
      value: { value: point.value, unit },
      trueAt: point.at,
    });
  const begun = creatinine[0]!.at;
  const who = [
    encodePatient(course.id, [
      fact('name', course.name, begun),
      fact('sex', course.sex, begun),
      fact('birthDate', course.birthDate, begun),
    ]),
    encodeFactObservation(fact('body.weight', { value: course.weight, unit: 'kg' }, begun)),
    encodeFactObservation(fact('body.height', { value: course.height, unit: 'cm' }, begun)),
  ];
  // A dose is charted when it has run in.
  const given = plan.doses
    .filter((dose) => within({ at: dose.to }))
    .map(
      (dose): ControlInput => ({
        kind: 'control',
        ...common('dose', dose.from),
        knownAt: dose.to,
        control: `${course.drug.id}.dose`,
        code: { codings: [...course.drug.codings], text: course.drug.title },
        value: { value: dose.mg, unit: 'mg' },
        from: dose.from,
        to: dose.to,
        status: 'given',
      }),
    );
  const levelCode = { codings: course.drug.levelCodings.slice(0, 1), text: `${course.drug.title} level` };
  const creatinineCode = { codings: [coding(LOINC, '2160-0', 'Creatinine [Mass/volume] in Serum or Plasma')] };
  const resources = [
    ...(begun >= from && begun < to ? who : []),
    ...creatinine
      .filter(within)
      .map(measured('creatinine', creatinineCode, 'mg/dL'))
      .map(encodeObservation),
    ...given.map((dose) => encodeControl(dose)),
    ...levels
      .filter(within)
      .map(measured('level', levelCode, course.drug.levelUnit))
      .map(encodeObservation),
  ];
  if (resources.length === 0) return [];
  const bundle = { resourceType: 'Bundle', type: 'collection', entry: resources.map((resource) => ({ resource })) };
  const name = `${course.id}-${label}.fhir.json`;
  return [{ name, text: `${JSON.stringify(bundle, null, 1)}\n`, options: {} }];
}
