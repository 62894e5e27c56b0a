import { type ControlInput, DAY, HOUR, type Instant, instant, type Scenario } from '@gemel/core';
import type { Drug } from './drug.ts';
import { daysOf } from './forecast.ts';
import { doseControl } from './record.ts';

/** A dose repeated at an interval. */
export interface Regimen {
  /** mg */
  readonly dose: number;
  readonly interval: number;
  /** Length of each infusion, h; 0: at once. */
  readonly infusion: number;
}

export function sayRegimen({ dose, interval, infusion }: Regimen): string {
  const over = infusion > 0 ? ` over ${infusion} h` : '';
  return `${Number(dose.toPrecision(6))} mg${over} every ${interval} h`;
}

/** The doses of a regimen from its first on, as far as is foretold. */
export function scenarioOf(drug: Drug, subject: string, regimen: Regimen, first: Instant, now: Instant): Scenario {
  const id = `${regimen.dose}mg-q${regimen.interval}h-${regimen.infusion}h`;
  const controls: ControlInput[] = [];
  for (let at: number = first; at < now + daysOf(drug) * DAY; at += regimen.interval * HOUR) {
    controls.push({
      kind: 'control',
      id: `${id}-${controls.length}`,
      subject,
      control: doseControl(drug),
      code: { codings: drug.codings },
      value: { value: regimen.dose, unit: 'mg' },
      from: instant(at),
      ...(regimen.infusion > 0 ? { to: instant(at + regimen.infusion * HOUR) } : {}),
      status: 'proposed',
      knownAt: now,
      offset: null,
      grade: 'good',
      marks: [],
      provenance: { source: `dosing-${drug.id}`, element: sayRegimen(regimen) },
    });
  }
  return { id, title: sayRegimen(regimen), controls };
}
