import { coding, LOINC } from '@gemel/core';
import type { Binding, ControlSpec, LeastData } from '@gemel/runtime/pack';
import { circumstances } from './circumstances.data.ts';
import type { CovariateName } from './covariates.ts';
import type { Drug } from './drug.ts';
import { GENOTYPE_FACTS } from './pgx/record.ts';
import { doseControl, GESTATION, levelSignal, micSignal, rateControl, UNFINISHED } from './record.ts';

/** Molar mass of creatinine, g/mol. */
const CREATININE = 113.12;

/** Bound where a model of the drug asks for them. */
const BLOOD = [
  {
    signal: 'albumin',
    title: 'Albumin in serum or plasma',
    codings: [coding(LOINC, '1751-7', 'Albumin [Mass/volume] in Serum or Plasma')],
    unit: 'g/L',
    unitAliases: { 'g/l': 'g/L', 'g/dl': 'g/dL' },
    plausible: [5, 70],
    localNames: ['albumin', 'serum albumin'],
  },
  {
    signal: 'haematocrit',
    title: 'Haematocrit',
    codings: [
      coding(LOINC, '4544-3', 'Hematocrit [Volume Fraction] of Blood by Automated count'),
      coding(LOINC, '20570-8', 'Hematocrit [Volume Fraction] of Blood'),
    ],
    unit: '%',
    unitAliases: {},
    plausible: [10, 70],
    localNames: ['haematocrit', 'hematocrit'],
  },
] as const satisfies readonly (Binding & { readonly signal: CovariateName })[];

const UNIT_ALIASES = {
  'ug/ml': 'ug/mL',
  'mcg/mL': 'ug/mL',
  'µg/mL': 'ug/mL',
  'mg/l': 'mg/L',
  'µmol/L': 'umol/L',
  'umol/l': 'umol/L',
  'ug/l': 'ug/L',
  'µg/L': 'ug/L',
  'ng/ml': 'ng/mL',
};

export function observesOf(drug: Drug): readonly Binding[] {
  return [
    {
      signal: levelSignal(drug),
      title: `${drug.title}, ${drug.levelName ?? 'level'}`,
      codings: drug.levelCodings,
      unit: drug.levelUnit,
      molarMass: drug.molarMass,
      unitAliases: UNIT_ALIASES,
      plausible: drug.plausibleLevel,
      localNames: [`${drug.id} level`, `${drug.id} concentration`],
    },
    {
      signal: 'creatinine',
      title: 'Creatinine in serum or plasma',
      codings: [
        coding(LOINC, '2160-0', 'Creatinine [Mass/volume] in Serum or Plasma'),
        coding(LOINC, '14682-9', 'Creatinine [Moles/volume] in Serum or Plasma'),
        coding(LOINC, '38483-4', 'Creatinine [Mass/volume] in Blood'),
      ],
      unit: 'mg/dL',
      molarMass: CREATININE,
      unitAliases: { 'mg/dl': 'mg/dL', 'µmol/L': 'umol/L', 'umol/l': 'umol/L' },
      plausible: [0.05, 30],
      localNames: ['creatinine', 'serum creatinine'],
    },
    {
      signal: 'clcr',
      title: 'Creatinine clearance',
      codings: [coding(LOINC, '2164-2', 'Creatinine renal clearance in 24 hour Urine and Serum or Plasma')],
      unit: 'mL/min',
      plausible: [1, 300],
      localNames: ['creatinine clearance'],
    },
    ...(drug.mic === undefined
      ? []
      : [
          {
            signal: micSignal(drug),
            title: `${drug.title}, minimum inhibitory concentration`,
            codings: drug.mic.codings,
            unit: drug.levelUnit,
            unitAliases: UNIT_ALIASES,
            plausible: [0.001, 1024] as const,
            localNames: [`${drug.id} mic`],
          },
        ]),
    ...BLOOD.filter(({ signal }) => drug.models.some(({ needs }) => needs.includes(signal))),
  ];
}

export function controlsOf(drug: Drug): readonly ControlSpec[] {
  const { id, title, codings, limits, molarMass, regimens } = drug;
  const rate: ControlSpec = {
    control: rateControl(drug),
    title: `${title}, rate of infusion`,
    codings,
    unit: 'mg/h',
    molarMass,
    unitAliases: { 'MG/h': 'mg/h', 'mcg/h': 'ug/h', 'µg/h': 'ug/h' },
    plausible: [0, limits.rate ?? limits.daily],
    localNames: [`${id} infusion`],
  };
  return [
    {
      control: doseControl(drug),
      title: drug.title,
      codings: drug.codings,
      unit: 'mg',
      molarMass: drug.molarMass,
      unitAliases: { MG: 'mg', milligram: 'mg' },
      plausible: [0, 5 * drug.limits.single],
      localNames: [drug.id, drug.title.toLowerCase()],
    },
    ...(regimens.route === 'infusion' ? [rate] : []),
  ];
}

export function needsOf(drug: Drug): LeastData {
  const stated = circumstances.map(({ fact }) => fact);
  return {
    signals: observesOf(drug).map(({ signal }) => signal),
    controls: controlsOf(drug).map(({ control }) => control),
    facts: [
      'birthDate',
      'sex',
      'body.weight',
      'body.height',
      GESTATION,
      'condition',
      'procedure',
      UNFINISHED,
      ...stated,
      ...GENOTYPE_FACTS,
    ],
    purposes: {
      [levelSignal(drug)]: `tells how this patient clears ${drug.title}`,
      ...(drug.mic === undefined ? {} : { [micSignal(drug)]: 'is part of targets' }),
      creatinine: 'gives the clearance to expect',
      clcr: 'gives the clearance to expect',
      albumin: 'is part of a model',
      haematocrit: 'is part of a model',
      [doseControl(drug)]: 'what levels are the answer to',
      [rateControl(drug)]: 'what levels are the answer to, and what the pump goes on with',
      birthDate: 'age is part of the equations for renal function',
      sex: 'sex is part of the equations for renal function',
      'body.weight': 'sets volumes and doses',
      'body.height': 'sets body surface and ideal weight',
      [GESTATION]: 'sets how far the kidneys of the newborn have ripened',
      [UNFINISHED]: 'a dose of unknown amount makes levels mean nothing',
      condition: 'dialysis changes what models may speak',
      procedure: 'dialysis and extracorporeal circulation change what models may speak',
      ...Object.fromEntries(GENOTYPE_FACTS.map((name) => [name, 'alleles are part of models and guidelines'])),
      ...Object.fromEntries(stated.map((name) => [name, 'changes what models may speak'])),
    },
  };
}
