import { writtenUnit } from '@gemel/core';

/** What models ask of a patient, in the units they are printed in. */
export const COVARIATES = {
  age: { unit: 'a', title: 'Age' },
  postmenstrualAge: { unit: 'wk', title: 'Postmenstrual age' },
  weight: { unit: 'kg', title: 'Body weight' },
  height: { unit: 'cm', title: 'Height' },
  female: { unit: '1', title: 'Sex (1 female, 0 male)' },
  creatinine: { unit: 'mg/dL', title: 'Serum creatinine' },
  clcr: { unit: 'mL/min', title: 'Creatinine clearance (measured, or from creatinine)' },
  albumin: { unit: 'g/L', title: 'Serum albumin' },
  haematocrit: { unit: '%', title: 'Haematocrit' },
  bilirubin: { unit: 'umol/L', title: 'Bilirubin' },
  dialysis: { unit: '1', title: 'On intermittent haemodialysis (1)' },
  continuousReplacement: { unit: '1', title: 'On continuous renal replacement (1)' },
  ecmo: { unit: '1', title: 'On extracorporeal membrane oxygenation (1)' },
  critical: { unit: '1', title: 'Critically ill (1)' },
  opioid: { unit: '1', title: 'An opioid is given as well (1)' },
  amiodarone: { unit: '1', title: 'Amiodarone is given as well (1)' },
  spironolactone: { unit: '1', title: 'Spironolactone is given as well (1)' },
  protonPumpInhibitor: { unit: '1', title: 'A benzimidazole proton pump inhibitor is given as well (1)' },
  nsaid: { unit: '1', title: 'A nonsteroidal anti-inflammatory drug was given lately (1)' },
  restLevel: { unit: '1', title: 'Level before the first dose' },
  daysSinceTransplant: { unit: 'd', title: 'Days since the transplantation' },
  cyp3a5Expresser: { unit: '1', title: 'Carries CYP3A5*1 (1)' },
  cyp2c9Star2: { unit: '1', title: 'CYP2C9*2 alleles (0 to 2)' },
  cyp2c9Star3: { unit: '1', title: 'CYP2C9*3 alleles (0 to 2)' },
  vkorc1A: { unit: '1', title: 'VKORC1 −1639A alleles (0 to 2)' },
  cyp2c19Activity: { unit: '1', title: 'CYP2C19: 0 poor, 1 intermediate, 2 normal, 3 rapid, 4 ultrarapid' },
} as const;

const CYP2C19 = ['poor', 'intermediate', 'normal', 'rapid', 'ultrarapid'];

export type CovariateName = keyof typeof COVARIATES;

/** A covariate as a sentence begins with it, without what its numbers stand for. */
export function covariateTitle(name: CovariateName): string {
  return COVARIATES[name].title.split(/ ?[:(]/)[0];
}

/** Values of a covariate as people write them: `65.8 years`, `9 days`, `0 to 2 years`, `rapid`. */
export function sayCovariate(name: CovariateName, ...values: readonly number[]): string {
  const { unit } = COVARIATES[name];
  if (name === 'age' && values.length === 1 && values[0] < 2) {
    const days = Math.floor(values[0] * 365.25);
    return days < 60 ? `${days} days` : `${Math.floor(values[0] * 12)} months`;
  }
  const said = values.map((value) =>
    name === 'cyp2c19Activity' ? CYP2C19[value] : String(Number(value.toPrecision(3))),
  );
  return `${said.join(' to ')} ${unit === 'a' ? 'years' : writtenUnit(unit)}`.trimEnd();
}

/** Values by name; what is not known is absent. */
export type Covariates = Readonly<Partial<Record<CovariateName, number>>>;
