/** The 13 states of the type 1 model, two of meal bookkeeping, and two slow disturbances that the caller moves. */
export const MODEL_STATES = [
  { name: 'stomach.solid', unit: 'mg', meaning: 'glucose in the stomach, solid', source: 'Dalla Man 2007 eq. 13' },
  {
    name: 'stomach.liquid',
    unit: 'mg',
    meaning: 'glucose in the stomach, triturated',
    source: 'Dalla Man 2007 eq. 13',
  },
  { name: 'gut', unit: 'mg', meaning: 'glucose in the intestine', source: 'Dalla Man 2007 eq. 13' },
  {
    name: 'glucose.plasma',
    unit: 'mg/kg',
    meaning: 'glucose in plasma and fast tissue',
    source: 'Dalla Man 2007 eq. 1',
  },
  { name: 'glucose.tissue', unit: 'mg/kg', meaning: 'glucose in slow tissue', source: 'Dalla Man 2007 eq. 1' },
  { name: 'insulin.plasma', unit: 'pmol/kg', meaning: 'insulin in plasma', source: 'Dalla Man 2007 eq. 3' },
  {
    name: 'insulin.action',
    unit: 'pmol/L',
    meaning: 'insulin in interstitium above basal',
    source: 'Dalla Man 2007 eq. 18',
  },
  {
    name: 'insulin.delay',
    unit: 'pmol/L',
    meaning: 'first delay of insulin to the liver',
    source: 'Dalla Man 2007 eq. 11',
  },
  {
    name: 'insulin.liver-action',
    unit: 'pmol/L',
    meaning: 'delayed insulin at the liver',
    source: 'Dalla Man 2007 eq. 11',
  },
  { name: 'insulin.liver', unit: 'pmol/kg', meaning: 'insulin in the liver', source: 'Dalla Man 2007 eq. 3' },
  { name: 'insulin.depot', unit: 'pmol/kg', meaning: 'subcutaneous insulin, not monomeric', source: 'Kovatchev 2009' },
  { name: 'insulin.monomeric', unit: 'pmol/kg', meaning: 'subcutaneous insulin, monomeric', source: 'Kovatchev 2009' },
  { name: 'glucose.interstitial', unit: 'mg/kg', meaning: 'glucose where the sensor sits', source: 'Kovatchev 2009' },
  {
    name: 'meal.base',
    unit: 'mg',
    meaning: 'D of gastric emptying: stomach content at meal start + eaten since',
    source: 'Dalla Man 2007 eq. 13',
  },
  {
    name: 'meal.eating',
    unit: '1',
    meaning: '1 while the last whole minute had food, else 0',
    source: 'bookkeeping of D',
  },
  {
    name: 'sensitivity',
    unit: '1',
    meaning: 'log of insulin sensitivity (Vmx and kp3) over its parameter',
    source: 'disturbance',
  },
  {
    name: 'drive',
    unit: 'mg/kg/min',
    meaning: 'glucose entering plasma that no equation explains',
    source: 'disturbance',
  },
  {
    name: 'meal.error',
    unit: '1',
    meaning: 'log of carbohydrate eaten over carbohydrate recorded, of the meal being eaten or the next one',
    source: 'disturbance',
  },
] as const;

/** Numbers held per member; the first 13 obey the equations. */
export const STATE_COUNT = MODEL_STATES.length;

/** Positions in a member's state. */
export const STATE = {
  stomachSolid: 0,
  stomachLiquid: 1,
  gut: 2,
  plasmaGlucose: 3,
  tissueGlucose: 4,
  plasmaInsulin: 5,
  action: 6,
  delay: 7,
  liverAction: 8,
  liverInsulin: 9,
  depot: 10,
  monomeric: 11,
  interstitialGlucose: 12,
  mealBase: 13,
  eating: 14,
  sensitivity: 15,
  drive: 16,
  mealError: 17,
} as const;
