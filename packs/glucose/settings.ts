import type { Fact, Instant } from '@gemel/core';
import type { History } from '@gemel/runtime/pack';
import { type GlucoseFact, MG_PER_DL_PER_MMOL_PER_L } from './observe.ts';

/** Units each setting may be recorded in, with the factor to the unit used here; the insulin unit as UCUM `U` or `[iU]`. */
const UNITS = {
  'therapy.basal-rate': { 'U/h': 1, 'U/d': 1 / 24 },
  'therapy.carbohydrate-ratio': { 'g/U': 1 },
  'therapy.correction-factor': { 'mg/dL/U': 1, '(mg/dL)/U': 1, 'mmol/L/U': MG_PER_DL_PER_MMOL_PER_L },
  'therapy.maximum-bolus': { U: 1 },
  'therapy.maximum-basal': { 'U/h': 1 },
  'body.weight': { kg: 1, g: 0.001, '[lb_av]': 0.45359237 },
} as const satisfies Partial<Record<GlucoseFact, Readonly<Record<string, number>>>>;

/** Therapy settings and body as recorded; null where the record is silent. */
export interface Settings {
  /** U/h */
  readonly basalRate: number | null;
  /** g/U */
  readonly carbohydrateRatio: number | null;
  /** mg/dL per U */
  readonly correctionFactor: number | null;
  /** U */
  readonly maximumBolus: number | null;
  /** U/h */
  readonly maximumBasal: number | null;
  /** kg */
  readonly weight: number | null;
  /** Settings recorded in a form that cannot be read, in words. */
  readonly unreadable: readonly string[];
}

/** Newest fact of a name in force at `now`. */
export function factOf(facts: readonly Fact[], name: GlucoseFact, now: Instant): Fact | null {
  let newest: Fact | null = null;
  for (const f of facts) {
    if (f.fact !== name || f.trueAt > now || (f.until !== undefined && f.until <= now)) continue;
    if (newest === null || f.trueAt >= newest.trueAt) newest = f;
  }
  return newest;
}

/** Settings in force at `now`. */
export function settings(history: History, now: Instant): Settings {
  const unreadable: string[] = [];
  const read = (name: keyof typeof UNITS, least: 'positive' | 'zero') => {
    const fact = factOf(history.facts, name, now);
    if (fact === null) return null;
    const { value } = fact;
    if (typeof value === 'object' && 'value' in value && 'unit' in value) {
      const units: Readonly<Record<string, number>> = UNITS[name];
      const factor = units[value.unit.replaceAll(/\[i?U\]|\[IU\]/g, 'U')];
      const number = value.value * (factor ?? Number.NaN);
      if (Number.isFinite(number) && (least === 'zero' ? number >= 0 : number > 0)) return number;
      unreadable.push(`${name} ${value.value} ${value.unit}`);
    } else unreadable.push(name);
    return null;
  };
  return {
    basalRate: read('therapy.basal-rate', 'zero'),
    carbohydrateRatio: read('therapy.carbohydrate-ratio', 'positive'),
    correctionFactor: read('therapy.correction-factor', 'positive'),
    maximumBolus: read('therapy.maximum-bolus', 'zero'),
    maximumBasal: read('therapy.maximum-basal', 'zero'),
    weight: read('body.weight', 'positive'),
    unreadable,
  };
}
