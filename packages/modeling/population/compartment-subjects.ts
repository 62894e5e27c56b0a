import type { CodedError } from '@gemel/core/error';
import { type CourseDose, type CourseItem, courseLayout, DoseCourse } from '@gemel/numerics/pk/dose-course';
import type { Dataset, DatasetRecord, DatasetSubject } from '../dataset/read-dataset.ts';
import { type DoseKink, doseKinks } from './dose-kinks.ts';
import { populationErrors } from './errors.data.ts';
import { Individual } from './individual.ts';
import type { CompartmentStructure, PopulationModel } from './population-model.ts';

/** One subject as numbers: the form that inference takes. */
export interface NumericSubject {
  readonly id: string;
  readonly observed: Float64Array;
  readonly censored: Uint8Array;
  readonly occasions: number;
  /** How fixed effects shift random effects, random effects × fixed effects; see `Individual.design`. */
  readonly design: Float64Array;
  /** Where the prediction is not smooth. */
  readonly kinks: readonly DoseKink[];
  predict(theta: Float64Array, eta: Float64Array, out: Float64Array): boolean;
}

/**
 * The subjects of a data set under a model of linear compartments. Parameters are CL, VC; Q, VP and Q2, VP2 of peripheral
 * spaces; KA of one depot, or KA1, KA3, … by compartment; and by compartment ALAG1 (lag), F1 (bioavailability), D1
 * (duration) and R1 (rate). Observations are amount per volume, in a depot the amount.
 * @throws population-model, population-dose, population-covariate
 */
export function compartmentSubjects(
  model: PopulationModel,
  structure: CompartmentStructure,
  { subjects }: Dataset,
  file: string,
): readonly NumericSubject[] {
  const { depots, central, peripherals } = structure;
  const numbers = [...depots, central, ...peripherals];
  const layout = courseLayout(depots.length, peripherals.length);
  const base = new Float64Array(layout.length);
  base.fill(1, layout.bioavailability, layout.modelled);
  base.fill(Number.NaN, layout.modelled);
  const slots = model.parameters.map((name) => slotOf(name));
  slots.forEach((slot, i) => {
    const first = slots.indexOf(slot);
    if (first === i) return;
    const [one, other] = [model.parameters[first], model.parameters[i]];
    throw wrong(other, `${one} and ${other} both say how fast a dose enters one compartment`);
  });
  for (let i = 0; i < 2 * (peripherals.length + 1) + depots.length; i++) {
    if (slots.includes(i)) continue;
    const names = ['CL', 'VC', 'Q', 'VP', 'Q2', 'VP2'];
    const missing = i < layout.absorption ? names[i] : absorptionName(i - layout.absorption);
    throw wrong(missing, `theta has no ${missing}, which the compartments need`);
  }

  function wrong(element: string, message: string): CodedError {
    const { id } = model.text;
    return populationErrors.error('population-model', `${id}: ${message}`, { file: id, element });
  }

  function absorptionName(depot: number): string {
    return depots.length === 1 ? 'KA' : `KA${depots[depot]}`;
  }

  /** Where a parameter stands in a row of the course. */
  function slotOf(name: string): number {
    const spaces = ['CL', 'VC', 'Q', 'VP', 'Q2', 'VP2'].slice(0, layout.absorption);
    if (spaces.includes(name)) return spaces.indexOf(name);
    for (let d = 0; d < depots.length; d++) if (absorptionName(d) === name) return layout.absorption + d;
    const [, kind, number] = /^(ALAG|F|D|R)(\d+)$/.exec(name) ?? [];
    const at = numbers.indexOf(Number(number));
    if (kind === undefined || at < 0) throw wrong(name, `the compartments have no parameter ${name}`);
    if (kind === 'ALAG') return layout.lag + at;
    return (kind === 'F' ? layout.bioavailability : layout.modelled) + at;
  }

  function itemOf(record: DatasetRecord, time: number): readonly CourseItem[] {
    const refuse = (field: string, message: string) => {
      const text = `${file}, row ${record.line}, ${field}: ${message}`;
      return populationErrors.error('population-dose', text, { file, line: record.line, field });
    };
    const place = (number: number) => {
      const at = numbers.indexOf(number);
      if (at < 0) throw refuse('CMT', `compartment ${number} is none of ${numbers.join(', ')} of ${model.text.id}`);
      return at;
    };
    if (record.event === 0 && record.observation !== null) {
      return [{ kind: 'reading', reading: { time, compartment: place(record.compartment ?? central) } }];
    }
    if (record.event === 0 || record.event === 2) return [{ kind: 'other', time }];
    if (record.event === 3) return [{ kind: 'reset', time }];
    const compartment = place(record.compartment ?? depots[0] ?? central);
    const rate: CourseDose['rate'] = record.rate === -1 ? 'rate' : record.rate === -2 ? 'duration' : record.rate;
    if (typeof rate === 'string' && !slots.includes(layout.modelled + compartment)) {
      const name = `${record.rate === -1 ? 'R' : 'D'}${numbers[compartment]}`;
      throw refuse('RATE', `${record.rate} asks for ${name}, which ${model.text.id} does not have`);
    }
    const { amount, additional, interval } = record;
    const steadyState = (['none', 'set', 'add'] as const)[record.steadyState];
    const dose = { time, compartment, amount, rate, additional, interval, steadyState };
    return [...(record.event === 4 ? [{ kind: 'reset' as const, time }] : []), { kind: 'dose', dose }];
  }

  return subjects.map((subject) => {
    const individual = new Individual(model, subject, file);
    const items: CourseItem[] = [];
    const settingOf: number[] = [];
    const times = elapsed(subject);
    subject.records.forEach((record, i) => {
      for (const item of itemOf(record, times[i])) {
        items.push(item);
        settingOf.push(individual.settingOf[i]);
      }
    });
    const read = subject.records.filter(({ observation }) => observation !== null);
    const seen = new Set(read.map(({ compartment }) => compartment ?? central));
    const course = new DoseCourse(layout, items);
    const rows = Array.from({ length: individual.settings }, () => Float64Array.from(base));
    const byItem = rows.length === 1 ? rows : settingOf.map((setting) => rows[setting]);
    const parameters = new Float64Array(slots.length);
    return {
      id: subject.id,
      ...observations(subject),
      occasions: individual.occasions,
      kinks: doseKinks(model, individual, subject, times, depots[0] ?? central, (number) => seen.has(number)),
      design: individual.design(),
      predict(theta, eta, out) {
        for (let s = 0; s < rows.length; s++) {
          individual.parameters(s, theta, eta, parameters);
          for (let p = 0; p < slots.length; p++) rows[s][slots[p]] = parameters[p];
        }
        return course.evaluate(byItem, out);
      },
    };
  });
}

/** What was observed, and which of it lies below a limit. */
export function observations({ records }: DatasetSubject): { observed: Float64Array; censored: Uint8Array } {
  const read = records.filter(({ observation }) => observation !== null);
  return {
    observed: Float64Array.from(read, ({ observation }) => observation!),
    censored: Uint8Array.from(read, ({ censored }) => (censored ? 1 : 0)),
  };
}

/** Times that go on where a reset record sets the clock back: nothing of before matters after it. */
function elapsed({ records }: DatasetSubject): readonly number[] {
  let shift = 0;
  return records.map(({ time }, i) => {
    const before = records[i - 1];
    if (before !== undefined && time < before.time) shift += before.time - time;
    return time + shift;
  });
}
