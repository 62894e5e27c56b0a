import { type ControlInput, DAY, HOUR, type Instant, instant, type Quantity, type Scenario } from '@gemel/core';
import type { Drug } from './drug.ts';
import { daysOf } from './forecast.ts';
import { doseControl, rateControl } from './record.ts';

/** A dose repeated at an interval. */
export interface Regimen {
  /** mg */
  readonly dose: number;
  readonly interval: number;
  /** Length of each infusion, h; 0: at once. */
  readonly infusion: number;
  /** A larger first dose, in place of the first. */
  readonly loading?: { readonly dose: number; readonly infusion: number };
}

/** A largest single dose that holds fewer multiples of the step, as a child’s does, is divided into tenths of it. */
const FEWEST_MULTIPLES = 4;

/** What doses are multiples of where `largest` is the largest single dose, mg. */
export function stepFor({ regimens: { step } }: Pick<Drug, 'regimens'>, largest: number): number {
  return largest / step < FEWEST_MULTIPLES ? step / 10 : step;
}

const sayDose = (dose: number, infusion: number) =>
  `${Number(dose.toPrecision(6))} mg${infusion > 0 ? ` over ${infusion} h` : ''}`;

export function sayRegimen({ dose, interval, infusion, loading }: Regimen): string {
  const first = loading === undefined ? '' : `${sayDose(loading.dose, loading.infusion)}, then `;
  return `${first}${sayDose(dose, infusion)} every ${interval} h`;
}

/** When the doses of a regimen are given, from its first on, as far as is foretold; the loading dose first, where it has one. */
export function timesOf(drug: Drug, interval: number, first: Instant, now: Instant): readonly Instant[] {
  const times: Instant[] = [];
  for (let at: number = first; at < now + daysOf(drug) * DAY; at += interval * HOUR) times.push(instant(at));
  return times;
}

export function scenarioOf(drug: Drug, subject: string, regimen: Regimen, first: Instant, now: Instant): Scenario {
  const { dose, interval, infusion, loading } = regimen;
  const load = loading === undefined ? '' : `${loading.dose}mg-${loading.infusion}h-then-`;
  const id = `${load}${dose}mg-q${interval}h-${infusion}h`;
  const title = sayRegimen(regimen);
  const controls = timesOf(drug, interval, first, now).map((at, i) => {
    const own = i === 0 && loading !== undefined ? loading : { dose, infusion };
    const to = own.infusion > 0 ? { to: instant(at + own.infusion * HOUR) } : {};
    const value = { value: own.dose, unit: 'mg' };
    return { ...proposed(drug, subject, now, `${id}-${i}`, title), control: doseControl(drug), value, from: at, ...to };
  });
  return { id, title, controls };
}

/** One rate from an instant on, as far as is foretold; it ends the rate before. */
export function rateScenarioOf(drug: Drug, subject: string, rate: number, from: Instant, now: Instant): Scenario {
  const id = `${rate}mg-per-h`;
  const title = `${Number(rate.toPrecision(6))} mg/h without a break (${Number((24 * rate).toPrecision(6))} mg a day)`;
  const value: Quantity = { value: rate, unit: 'mg/h' };
  const to = instant(now + daysOf(drug) * DAY);
  const common = proposed(drug, subject, now, id, title);
  return { id, title, controls: [{ ...common, control: rateControl(drug), value, from, to }] };
}

function proposed(drug: Drug, subject: string, now: Instant, id: string, element: string) {
  return {
    kind: 'control',
    id,
    subject,
    code: { codings: drug.codings },
    status: 'proposed',
    knownAt: now,
    offset: null,
    grade: 'good',
    marks: [],
    provenance: { source: `dosing-${drug.id}`, element },
  } as const satisfies Partial<ControlInput>;
}
