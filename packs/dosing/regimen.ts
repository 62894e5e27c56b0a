import { type ControlInput, DAY, HOUR, type Instant, instant, type Scenario } from '@gemel/core';
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
  /** A first dose that is larger or faster, in place of the first; or, where it is `extra`, before the first, which follows when it has run in. */
  readonly loading?: { readonly dose: number; readonly infusion: number; readonly extra?: true };
}

/** A dose of a regimen. */
export interface RegimenDose {
  readonly at: Instant;
  /** mg */
  readonly dose: number;
  /** h */
  readonly infusion: number;
  readonly loading: boolean;
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
  const first =
    loading === undefined ? '' : `${sayDose(loading.dose, loading.infusion)}, then ${loading.extra ? 'at once ' : ''}`;
  return `${first}${sayDose(dose, infusion)} every ${interval} h`;
}

/** The doses of a regimen from its first on, as far as is foretold; the loading dose first, where it has one. */
export function dosesOfRegimen(drug: Drug, regimen: Regimen, first: Instant, now: Instant): readonly RegimenDose[] {
  const { dose, interval, infusion, loading } = regimen;
  const doses: RegimenDose[] = [];
  const begin = loading?.extra ? first + loading.infusion * HOUR : first;
  if (loading !== undefined) doses.push({ at: first, ...loading, loading: true });
  for (let at = begin; at < now + daysOf(drug) * DAY; at += interval * HOUR) {
    if (at > first || loading === undefined) doses.push({ at: instant(at), dose, infusion, loading: false });
  }
  return doses;
}

export function scenarioOf(drug: Drug, subject: string, regimen: Regimen, first: Instant, now: Instant): Scenario {
  const { dose, interval, infusion, loading } = regimen;
  const load =
    loading === undefined ? '' : `${loading.dose}mg-${loading.infusion}h-then-${loading.extra ? 'at-once-' : ''}`;
  const id = `${load}${dose}mg-q${interval}h-${infusion}h`;
  const title = sayRegimen(regimen);
  const controls = dosesOfRegimen(drug, regimen, first, now).map(({ at, ...own }, i) => {
    const to = own.infusion > 0 ? { to: instant(at + own.infusion * HOUR) } : {};
    const value = { value: own.dose, unit: 'mg' };
    return { ...proposed(drug, subject, now, `${id}-${i}`, title), control: doseControl(drug), value, from: at, ...to };
  });
  return { id, title, controls };
}

/** One rate from an instant on, as far as is foretold, after a loading dose or without; it ends the rate before. */
export function rateScenarioOf(
  drug: Drug,
  subject: string,
  rate: number,
  from: Instant,
  now: Instant,
  loading?: Regimen['loading'],
): Scenario {
  const load = loading === undefined ? '' : `${loading.dose}mg-${loading.infusion}h-then-`;
  const id = `${load}${rate}mg-per-h`;
  const first = loading === undefined ? '' : `${sayDose(loading.dose, loading.infusion)}, then `;
  const title = `${first}${Number(rate.toPrecision(6))} mg/h without a break (${Number((24 * rate).toPrecision(6))} mg a day)`;
  const common = proposed(drug, subject, now, id, title);
  const begins = instant(from + (loading?.infusion ?? 0) * HOUR);
  const goesOn: ControlInput = {
    ...common,
    control: rateControl(drug),
    value: { value: rate, unit: 'mg/h' },
    from: begins,
    to: instant(now + daysOf(drug) * DAY),
  };
  if (loading === undefined) return { id, title, controls: [goesOn] };
  const value = { value: loading.dose, unit: 'mg' };
  return {
    id,
    title,
    controls: [{ ...common, id: `${id}-0`, control: doseControl(drug), value, from, to: begins }, goesOn],
  };
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
