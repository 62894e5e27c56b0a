/**
 * The blood glucose risk function of Kovatchev and Cox. It turns glucose into a scale on which 112.5 mg/dL is zero, 20 mg/dL
 * and 600 mg/dL are both about 100, and a fall near hypoglycaemia weighs far more than an equal rise above range.
 * f(G) = 1.509 ((ln G)^1.084 − 5.381), risk = 10 f² (Kovatchev 2006, doi:10.2337/dc06-1085; G in mg/dL).
 */
function symmetrised(glucose: number): number {
  // The scale is defined from 20 to 600 mg/dL; beyond, risk stays at its largest.
  return 1.509 * (Math.log(Math.max(20, Math.min(600, glucose))) ** 1.084 - 5.381);
}

/** Between these bounds of glucose, mg/dL, the scale changes its sign; outside one of the two risks is zero. */
const ZERO_WITHIN = [112, 113] as const;

/** Risk of hypoglycaemia, 0 (at and above 112.5 mg/dL) to about 100. */
export function riskLow(glucose: number): number {
  if (glucose >= ZERO_WITHIN[1]) return 0;
  const f = symmetrised(glucose);
  return f < 0 ? 10 * f * f : 0;
}

/** Risk of hyperglycaemia, 0 (at and below 112.5 mg/dL) to about 100. */
export function riskHigh(glucose: number): number {
  if (glucose <= ZERO_WITHIN[0]) return 0;
  const f = symmetrised(glucose);
  return f > 0 ? 10 * f * f : 0;
}
