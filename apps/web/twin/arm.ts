import type { WhatIfControl } from '@gemel/server/api';

/** What a person lays over the plan: one bolus, one meal, one stretch of another basal rate. Zero or null: not set. */
export interface Arm {
  /** U */
  readonly bolus: number;
  readonly bolusIn: number;
  /** g */
  readonly carbs: number;
  readonly carbsIn: number;
  /** U/h; null leaves the basal rate as planned. */
  readonly basal: number | null;
  readonly basalIn: number;
  readonly basalFor: number;
}

export const EMPTY_ARM: Arm = { bolus: 0, bolusIn: 0, carbs: 0, carbsIn: 0, basal: null, basalIn: 0, basalFor: 60 };

/** Range of the slider, step, and the most the number field takes (the pack's plausible range). */
export const RANGES = {
  bolus: { to: 20, step: 0.1, most: 80 },
  carbs: { to: 150, step: 1, most: 300 },
  basal: { to: 5, step: 0.05, most: 35 },
  minutes: { to: 240, step: 5, most: 1440 },
} as const;

const NAMES = {
  bolus: 'bolus',
  bolusIn: 'bolus-in',
  carbs: 'carbs',
  carbsIn: 'carbs-in',
  basal: 'basal',
  basalIn: 'basal-in',
  basalFor: 'basal-for',
} as const;

function number(query: URLSearchParams, name: string, most: number): number | null {
  const text = query.get(name);
  const value = text === null || text === '' ? Number.NaN : Number(text);
  return Number.isFinite(value) ? Math.min(most, Math.max(0, value)) : null;
}

/** The arm a permalink holds; what it lacks or spoils is as planned. */
export function readArm(query: URLSearchParams): Arm {
  const minutes = (name: string) => number(query, name, RANGES.minutes.most);
  return {
    bolus: number(query, NAMES.bolus, RANGES.bolus.most) ?? 0,
    bolusIn: minutes(NAMES.bolusIn) ?? 0,
    carbs: number(query, NAMES.carbs, RANGES.carbs.most) ?? 0,
    carbsIn: minutes(NAMES.carbsIn) ?? 0,
    basal: number(query, NAMES.basal, RANGES.basal.most),
    basalIn: minutes(NAMES.basalIn) ?? 0,
    basalFor: minutes(NAMES.basalFor) ?? EMPTY_ARM.basalFor,
  };
}

/** The permalink's query; what is as planned is left out. */
export function armQuery(arm: Arm): string {
  const query = new URLSearchParams();
  const set = (name: string, value: number) => query.set(name, String(value));
  if (arm.bolus > 0) {
    set(NAMES.bolus, arm.bolus);
    set(NAMES.bolusIn, arm.bolusIn);
  }
  if (arm.carbs > 0) {
    set(NAMES.carbs, arm.carbs);
    set(NAMES.carbsIn, arm.carbsIn);
  }
  if (arm.basal !== null) {
    set(NAMES.basal, arm.basal);
    set(NAMES.basalIn, arm.basalIn);
    set(NAMES.basalFor, arm.basalFor);
  }
  const text = query.toString();
  return text === '' ? '' : `?${text}`;
}

/** The arm as control inputs for the server. */
export function controlsOf(arm: Arm): WhatIfControl[] {
  const controls: WhatIfControl[] = [];
  if (arm.bolus > 0) controls.push({ control: 'insulin.bolus', value: arm.bolus, unit: 'U', inMinutes: arm.bolusIn });
  if (arm.carbs > 0)
    controls.push({ control: 'meal.carbohydrate', value: arm.carbs, unit: 'g', inMinutes: arm.carbsIn });
  if (arm.basal !== null && arm.basalFor > 0)
    controls.push({
      control: 'insulin.basal',
      value: arm.basal,
      unit: 'U/h',
      inMinutes: arm.basalIn,
      forMinutes: arm.basalFor,
    });
  return controls;
}
