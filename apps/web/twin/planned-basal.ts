import type { ControlInput } from '@gemel/core';

/** Basal rate on record at `now`, U/h: the latest begun that has not ended; null where none is. */
export function plannedBasal(controls: readonly ControlInput[], now: number): number | null {
  let found: ControlInput | null = null;
  for (const control of controls) {
    if (control.control !== 'insulin.basal' || control.from > now) continue;
    if (control.to !== undefined && control.to <= now) continue;
    if (found === null || control.from >= found.from) found = control;
  }
  return found?.value.value ?? null;
}
