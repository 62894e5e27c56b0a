/**
 * Glucose ranges of the international consensus on time in range (Battelino 2019, doi:10.2337/dci19-0028), with its targets
 * for type 1 and type 2 diabetes. Bounds in mg/dL, both inclusive for whole numbers; from top to bottom as the report stacks them.
 */
export const GLUCOSE_RANGES = [
  { name: 'very-high', title: 'Very high', above: 250, share: (g: number) => g > 250 },
  { name: 'high', title: 'High', above: 180, upTo: 250, share: (g: number) => g > 180 && g <= 250 },
  { name: 'in-range', title: 'Target', from: 70, upTo: 180, share: (g: number) => g >= 70 && g <= 180 },
  { name: 'low', title: 'Low', from: 54, below: 70, share: (g: number) => g >= 54 && g < 70 },
  { name: 'very-low', title: 'Very low', below: 54, share: (g: number) => g < 54 },
] as const;

/** Targets of the same consensus for most adults, percent of the day. */
export const GLUCOSE_TARGETS = {
  timeInRange: { atLeast: 70 },
  timeBelow70: { atMost: 4 },
  timeBelow54: { atMost: 1 },
  timeAbove180: { atMost: 25 },
  timeAbove250: { atMost: 5 },
  /** Coefficient of variation above which glucose is called unstable. */
  cv: { atMost: 36 },
  /** Least share of readings over 14 days for the metrics to stand for the period. */
  activePercent: { atLeast: 70 },
  days: 14,
} as const;
