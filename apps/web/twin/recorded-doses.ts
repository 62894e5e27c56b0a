import type { ControlInput } from '@gemel/core';
import type { ControlView } from '@gemel/server/api';
import { MINUTE } from '../data/time.ts';
import { inUnitOf, type Part } from './arm.ts';

/** The rate of a control on record at `now`: the latest begun that has not ended; null where none is. */
export function plannedRate(controls: readonly ControlInput[], name: string, now: number): number | null {
  let found: ControlInput | null = null;
  for (const control of controls) {
    if (control.control !== name || control.from > now) continue;
    if (control.to !== undefined && control.to <= now) continue;
    if (found === null || control.from >= found.from) found = control;
  }
  return found?.value.value ?? null;
}

/** A repeated control as it was given last, going on from its next time; null where the record holds none. */
export function asLastGiven(controls: readonly ControlInput[], view: ControlView, now: number): Part | null {
  const given = controls
    .filter((each) => each.control === view.control && each.status === 'given' && each.from <= now)
    .sort((a, b) => a.from - b.from);
  const last = given.at(-1);
  const { every, begins, lasts } = view.form;
  if (last === undefined || every === undefined) return null;
  const before = given.at(-2);
  const apart = before === undefined ? null : inUnitOf(every, (last.from - before.from) / MINUTE);
  const interval = apart === null || apart <= 0 || apart > every.most ? every.start : Number(apart.toFixed(1));
  const next = inUnitOf(begins, (last.from - now) / MINUTE) + interval;
  return {
    amount: last.value.value,
    begins: Math.max(0, Number(next.toFixed(1))),
    lasts: lasts === undefined ? 0 : Number(inUnitOf(lasts, ((last.to ?? last.from) - last.from) / MINUTE).toFixed(2)),
    every: interval,
  };
}
