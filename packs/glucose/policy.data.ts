/**
 * The thresholds of the safety rules and limits (SPEC.md), with the reason of each. Glucose in mg/dL, rates in mg/dL/min,
 * times in minutes, insulin in U. None but the age at which a reading is stale can be set by a site.
 */
export const POLICY = {
  /** S3. Three intervals of a sensor that reports every 5 min. A site may set another age. */
  staleMinutes: 15,
  /** S4. Longest warm-up of a sensor in use (Dexcom G6: 2 h). */
  warmUpMinutes: 120,
  /** S1, S6, L5. Level 1 hypoglycaemia (Battelino 2019, doi:10.2337/dci19-0028). */
  suspendBelow: 70,
  /** S2. Two arrows down on common receivers: 2 to 3 mg/dL/min loses 30 to 45 mg/dL in 15 min (Aleppo 2017, doi:10.1210/js.2017-00388). */
  fallingFast: 2,
  /** S5, L4. Time over which fast-acting insulin still acts: 6 h, as in Loop and OpenAPS. */
  insulinActionMinutes: 360,
  /** S5. A pump writes its basal rate at least this often; a longer silence is a gap. */
  basalGapMinutes: 15,
  /** S7. Level 2 hyperglycaemia (Battelino 2019), lasting, with bolus insulin that had time to act. */
  pumpFault: { above: 250, lastingMinutes: 60, insulinFrom: 60, insulinTo: 240, leastUnits: 1, mealMinutes: 120 },
  /** S8. How long a suspected meal holds back advice, and how long before the rise a recorded meal explains it. */
  meal: { suspectedMinutes: 90, explainedBeforeMinutes: 120 },
  /** S9. The 2008 model lacks counter-regulation, which by here has begun in most people (thresholds 65 to 70 mg/dL: Mitrakou 1991, doi:10.1152/ajpendo.1991.260.1.E67). */
  counterRegulationBelow: 60,
  /** S10. Years. The published cohort spans 7 to 68; two years on either side are allowed. */
  age: { never: 2, from: 5, to: 70 },
  /** S11. Meals and boluses up to this multiple of the largest ones the calibration saw count as identified. */
  identified: { margin: 1.25, leastMeals: 3, leastBoluses: 3 },
  /** S12. Greatest chance of hypoglycaemia within the horizon that added insulin may bring. */
  chance: { below54: 0.05, below70: 0.2 },
  /** S13. Readings calibration needs (a day at one in 5 min, less a quarter), and the oldest a forecast may start from. */
  leastReadings: 216,
  forecastFromMinutes: 180,
  /** S15. Between the upper pre-meal target (130) and the upper end of range (180): corrections below it chase noise; meals within this time open a bolus too. */
  correction: { above: 150, mealMinutes: 45 },
  /** S16. Most a proposed bolus may be of what the person's own ratio and correction factor give, and the least that is left to it, U. */
  calculator: { multiple: 1.5, leastUnits: 0.5 },
  /**
   * D1. Least gain in total reward for which a change is proposed. More insulin: under half of what the high blood glucose index calls
   * low risk (under 4.5), so that glucose in range is left alone. Less insulin: a fifth of what the low index calls minimal (under 1.1),
   * weighed fivefold, since holding back is the safe side.
   */
  leastGain: { more: 2, less: 1 },
  /** D4. How long a proposal stands: three sensor intervals. */
  expiresMinutes: 15,
} as const;

/** The hard limits L2 to L4; a person's own lower ones take their place. */
export const LIMITS = {
  /** L2. U: the largest bolus pumps allow as delivered (Medtronic, Tandem, Insulet: 10 U). */
  bolus: 10,
  /** L2. U/kg: about three usual meal boluses of a person who needs 0.6 U/kg/day, half of it for meals. */
  bolusPerKg: 0.3,
  /** L3. U/h: above the factory maximum of common pumps (2 to 3 U/h), which people who need much insulin raise. */
  basal: 5,
  /** L3. Multiple of the usual basal rate: the OpenAPS reference design's bound on a temporary rate. */
  basalMultiple: 3,
  /** L4. Insulin on board may reach this multiple of the bolus limit: one full bolus upon another, never a third. */
  onBoardMultiple: 2,
} as const;
