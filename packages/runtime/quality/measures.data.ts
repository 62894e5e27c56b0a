import { coding, LOINC } from '@gemel/core';
import type { AgeBand, Measure } from './measure.ts';

/** Molar masses, g/mol. */
const GLUCOSE = 180.156;
const CREATININE = 113.12;
const UREA = 60.056;
const BILIRUBIN = 584.66;
const CALCIUM = 40.078;
const LACTATE = 90.08;

const FLEMING = 'Fleming 2011, Lancet 377:1011, doi:10.1016/S0140-6736(10)62226-X (centiles 1, 50, 99)';
const [MONTH, WEEK] = [1 / 12, 7 / 365.2425];

const loinc = (...codes: readonly (readonly [code: string, display: string])[]) =>
  codes.map(([code, display]) => coding(LOINC, code, display));

const band = (from: number, low: number, median: number, high: number): AgeBand => ({
  from,
  usual: [low, median, high],
});
const within = (
  from: number,
  usual: readonly [number, number, number],
  plausible: readonly [number, number],
  sex?: 'male' | 'female',
): AgeBand => ({ from, usual, plausible, ...(sex === undefined ? {} : { sex }) });

/** Units of count rates as they are written. */
const PER_MINUTE = {
  '{beats}/min': '/min',
  '{breaths}/min': '/min',
  bpm: '/min',
  '1/min': '/min',
  'beats/min': '/min',
};
const PRESSURE = { mmHg: 'mm[Hg]' };
const DEGREES = { '°C': 'Cel', C: 'Cel', degC: 'Cel', '°F': '[degF]', F: '[degF]', degF: '[degF]' };

/**
 * Quantities the gate knows, whichever pack reads them. `usual` is of the healthy at rest; `plausible` where disease reaches farther
 * than three times as far. Limits of change, of stuck sensors and of agreement are stated beside their source.
 */
export const measures: readonly Measure[] = [
  {
    id: 'heart-rate',
    title: 'Heart rate',
    codings: loinc(
      ['8867-4', 'Heart rate'],
      ['8889-8', 'Heart rate by Pulse oximetry'],
      ['40443-4', 'Heart rate --resting'],
    ),
    unit: '/min',
    unitAliases: PER_MINUTE,
    possible: [0, 350],
    bands: [
      band(0, 90, 127, 181),
      band(3 * MONTH, 104, 140, 175),
      band(6 * MONTH, 98, 134, 168),
      band(9 * MONTH, 93, 128, 161),
      band(12 * MONTH, 88, 123, 156),
      band(18 * MONTH, 82, 116, 149),
      band(2, 76, 110, 142),
      band(3, 70, 104, 136),
      band(4, 65, 98, 131),
      band(6, 59, 91, 123),
      band(8, 52, 84, 115),
      band(12, 47, 78, 108),
      within(15, [43, 73, 104], [15, 300]),
    ],
    scale: 'log',
    units: ['/min', 'Hz'],
    within: 0.2,
    stuck: { count: 60, minutes: 30 },
    // ±10 % or ±5 /min, ANSI/AAMI EC13:2002 4.1.5.
    agree: { minutes: 1, bias: 0.1, sd: 0.1 },
    source: `${FLEMING}; agreement ANSI/AAMI EC13:2002`,
  },
  {
    id: 'respiratory-rate',
    title: 'Respiratory rate',
    codings: loinc(['9279-1', 'Respiratory rate']),
    unit: '/min',
    unitAliases: PER_MINUTE,
    possible: [0, 200],
    bands: [
      band(0, 25, 43, 66),
      band(3 * MONTH, 24, 41, 64),
      band(6 * MONTH, 23, 39, 61),
      band(9 * MONTH, 22, 37, 58),
      band(12 * MONTH, 21, 35, 53),
      band(18 * MONTH, 19, 31, 46),
      band(2, 18, 28, 38),
      band(3, 17, 25, 33),
      band(4, 17, 23, 29),
      within(6, [16, 21, 27], [3, 90]),
      within(8, [14, 19, 25], [3, 90]),
      within(12, [12, 18, 23], [3, 80]),
      within(15, [11, 16, 22], [2, 70]),
    ],
    scale: 'log',
    units: ['/min', 'Hz'],
    within: 0.25,
    stuck: { count: 60, minutes: 60 },
    agree: { minutes: 1, bias: 0.15, sd: 0.2 },
    source: FLEMING,
  },
  pressure(
    'systolic',
    'Systolic blood pressure',
    [20, 370],
    ['8480-6', 'Systolic blood pressure'],
    [
      band(0, 45, 68, 95),
      band(4 * WEEK, 65, 88, 112),
      band(1, 74, 96, 118),
      band(6, 83, 106, 132),
      within(13, [90, 120, 180], [35, 320]),
    ],
  ),
  pressure(
    'diastolic',
    'Diastolic blood pressure',
    [5, 360],
    ['8462-4', 'Diastolic blood pressure'],
    [
      band(0, 22, 40, 62),
      band(4 * WEEK, 32, 50, 75),
      band(1, 38, 57, 80),
      band(6, 45, 66, 90),
      within(13, [50, 75, 110], [10, 220]),
    ],
  ),
  pressure(
    'mean',
    'Mean blood pressure',
    [5, 365],
    ['8478-0', 'Mean blood pressure'],
    [
      band(0, 28, 50, 75),
      band(4 * WEEK, 42, 64, 88),
      band(1, 50, 70, 95),
      band(6, 57, 80, 105),
      within(13, [60, 90, 130], [15, 260]),
    ],
  ),
  {
    id: 'body.temperature',
    title: 'Body temperature',
    codings: loinc(
      ['8310-5', 'Body temperature'],
      ['8331-1', 'Oral temperature'],
      ['8328-7', 'Axillary temperature'],
      ['8332-9', 'Rectal temperature'],
      ['8333-7', 'Tympanic membrane temperature'],
    ),
    unit: 'Cel',
    unitAliases: DEGREES,
    // Survived: 11.8 °C (Mroczek 2020) and 46.5 °C (Slovis 1982).
    possible: [10, 47],
    bands: [within(0, [36, 37, 38], [25, 43])],
    scale: 'linear',
    units: ['Cel', '[degF]', 'K'],
    within: 0.5,
    delta: { minutes: 60, change: 3 },
    stuck: { count: 120, minutes: 240 },
    // Clinical thermometers: ISO 80601-2-56 asks ±0.3 °C of the device; site to site 0.5 °C.
    agree: { minutes: 10, bias: 0.5, sd: 0.5 },
    source: 'limits of survived hypo- and hyperthermia; ISO 80601-2-56:2017',
  },
  {
    id: 'oxygen-saturation',
    title: 'Oxygen saturation in arterial blood',
    codings: loinc(
      ['59408-5', 'Oxygen saturation in Arterial blood by Pulse oximetry'],
      ['2708-6', 'Oxygen saturation in Arterial blood'],
    ),
    unit: '%',
    possible: [0, 100],
    bands: [within(0, [90, 97, 100], [20, 100])],
    scale: 'linear',
    units: ['%', '1'],
    within: 2,
    // Root mean square within 4 % over 70 to 100 %, ISO 80601-2-61:2017 201.12.1.101.
    agree: { minutes: 1, bias: 3, sd: 4 },
    source: 'ISO 80601-2-61:2017',
  },
  {
    id: 'body.weight',
    title: 'Body weight',
    codings: loinc(['29463-7', 'Body weight'], ['3141-9', 'Body weight Measured']),
    unit: 'kg',
    unitAliases: { lb: '[lb_av]', lbs: '[lb_av]' },
    possible: [0.2, 650],
    bands: [
      within(0, [2.4, 3.3, 4.4], [0.3, 8]),
      within(4 * WEEK, [3.2, 6.2, 9], [0.8, 14]),
      within(6 * MONTH, [5.7, 8.5, 12], [2.5, 20]),
      within(1, [7, 10.5, 15.3], [4, 30]),
      within(2, [9, 14, 25], [5, 60]),
      within(5, [13.7, 22, 50], [8, 130]),
      within(10, [23, 40, 84], [12, 250]),
      within(15, [39, 62, 109], [20, 400]),
      within(20, [42, 76, 155], [20, 650]),
    ],
    scale: 'log',
    units: ['kg', '[lb_av]', 'g', '[stone_av]'],
    within: 0.06,
    delta: { minutes: 7 * 1440, change: 0.2 },
    source:
      'WHO Child Growth Standards 2006 (z −2, 0, +2) to 5 years; CDC 2000 growth charts (centiles 3, 50, 97) to 20; NHANES adults',
  },
  {
    id: 'body.height',
    title: 'Body height',
    codings: loinc(['8302-2', 'Body height'], ['8306-3', 'Body height --lying']),
    unit: 'cm',
    unitAliases: { in: '[in_i]', inch: '[in_i]', inches: '[in_i]' },
    possible: [20, 280],
    bands: [
      within(0, [46, 50, 54], [20, 65]),
      within(4 * WEEK, [50, 62, 72], [30, 85]),
      within(1, [69, 80, 93], [45, 110]),
      within(2, [80, 98, 119], [55, 140]),
      within(5, [100, 122, 150], [70, 180]),
      within(10, [125, 150, 185], [80, 220]),
      within(15, [148, 168, 196], [85, 272]),
    ],
    scale: 'log',
    units: ['cm', '[in_i]', 'm', '[ft_i]'],
    within: 0.01,
    source: 'WHO Child Growth Standards 2006; CDC 2000 growth charts; adult extremes of record',
  },
  {
    id: 'glucose',
    title: 'Glucose',
    codings: loinc(
      ['99504-3', 'Glucose [Mass/volume] in Interstitial fluid'],
      ['105272-9', 'Glucose [Moles/volume] in Interstitial fluid'],
      ['41653-7', 'Glucose [Mass/volume] in Capillary blood by Glucometer'],
      ['14743-9', 'Glucose [Moles/volume] in Capillary blood by Glucometer'],
      ['32016-8', 'Glucose [Mass/volume] in Capillary blood'],
      ['2339-0', 'Glucose [Mass/volume] in Blood'],
      ['15074-8', 'Glucose [Moles/volume] in Blood'],
      ['2345-7', 'Glucose [Mass/volume] in Serum or Plasma'],
      ['14749-6', 'Glucose [Moles/volume] in Serum or Plasma'],
    ),
    unit: 'mg/dL',
    molarMass: GLUCOSE,
    unitAliases: { 'mg/dl': 'mg/dL', 'mmol/l': 'mmol/L' },
    possible: [1, 3000],
    bands: [within(0, [30, 75, 180], [10, 1000]), within(4 * WEEK, [45, 110, 350], [10, 2000])],
    scale: 'log',
    units: ['mg/dL', 'mmol/L'],
    within: 0.35,
    stuck: { count: 36, minutes: 180 },
    // Meters: 95 % within 15 %, ISO 15197:2013 6.3.3; bias beyond 10 % is not chance over ten pairs.
    agree: { minutes: 10, bias: 0.15, sd: 0.15 },
    source: 'people with and without diabetes; ISO 15197:2013',
  },
  {
    id: 'creatinine',
    title: 'Creatinine in serum or plasma',
    codings: loinc(
      ['2160-0', 'Creatinine [Mass/volume] in Serum or Plasma'],
      ['14682-9', 'Creatinine [Moles/volume] in Serum or Plasma'],
      ['38483-4', 'Creatinine [Mass/volume] in Blood'],
    ),
    unit: 'mg/dL',
    molarMass: CREATININE,
    unitAliases: { 'mg/dl': 'mg/dL', 'µmol/L': 'umol/L', 'umol/l': 'umol/L' },
    possible: [0.01, 80],
    bands: [
      within(0, [0.32, 0.6, 0.92], [0.05, 8]),
      within(2 * WEEK, [0.1, 0.22, 0.36], [0.03, 10]),
      within(2, [0.2, 0.31, 0.43], [0.05, 15]),
      within(5, [0.31, 0.46, 0.61], [0.05, 20]),
      within(12, [0.45, 0.62, 0.81], [0.05, 25]),
      within(15, [0.62, 0.85, 1.08], [0.05, 30], 'male'),
      within(15, [0.49, 0.66, 0.84], [0.05, 30], 'female'),
      within(19, [0.64, 0.95, 1.35], [0.05, 40], 'male'),
      within(19, [0.51, 0.75, 1.04], [0.05, 40], 'female'),
    ],
    scale: 'log',
    units: ['mg/dL', 'umol/L', 'mmol/L'],
    within: 0.25,
    // Twice within two days is stage 2 of acute kidney injury (KDIGO 2012, table 2): rarer still within six hours.
    delta: { minutes: 360, change: Math.log(2) },
    agree: { minutes: 60, bias: 0.15, sd: 0.15 },
    source:
      'Colantonio 2012 (CALIPER), doi:10.1373/clinchem.2011.177741, centiles 2.5 and 97.5; adults Ceriotti 2008, doi:10.1373/clinchem.2007.099648; KDIGO 2012',
  },
  blood(
    'haemoglobin',
    'Haemoglobin in blood',
    ['718-7', 'Hemoglobin [Mass/volume] in Blood'],
    'g/dL',
    [1, 30],
    [7, 13.5, 18],
    [2, 26],
    ['g/dL', 'g/L', 'mmol/L'],
    0.12,
    16_114,
  ),
  blood(
    'albumin',
    'Albumin in serum or plasma',
    ['1751-7', 'Albumin [Mass/volume] in Serum or Plasma'],
    'g/L',
    [2, 80],
    [20, 40, 52],
    [5, 70],
    ['g/L', 'g/dL'],
    0.15,
  ),
  blood(
    'haematocrit',
    'Haematocrit',
    ['4544-3', 'Hematocrit [Volume Fraction] of Blood by Automated count'],
    '%',
    [2, 85],
    [20, 40, 55],
    [8, 75],
    ['%', '1'],
    0.12,
  ),
  blood(
    'urea-nitrogen',
    'Urea nitrogen in serum or plasma',
    ['3094-0', 'Urea nitrogen [Mass/volume] in Serum or Plasma'],
    'mg/dL',
    [0.5, 400],
    [5, 14, 60],
    [1, 300],
    ['mg/dL', 'mmol/L'],
    0.35,
    UREA,
  ),
  blood(
    'bilirubin',
    'Bilirubin in serum or plasma',
    ['1975-2', 'Bilirubin.total [Mass/volume] in Serum or Plasma'],
    'mg/dL',
    [0.01, 100],
    [0.1, 0.6, 12],
    [0.05, 60],
    ['mg/dL', 'umol/L'],
    0.4,
    BILIRUBIN,
  ),
  blood(
    'calcium',
    'Calcium in serum or plasma',
    ['17861-6', 'Calcium [Mass/volume] in Serum or Plasma'],
    'mg/dL',
    [2, 30],
    [7.5, 9.4, 11],
    [3, 22],
    ['mg/dL', 'mmol/L'],
    0.06,
    CALCIUM,
  ),
  blood(
    'lactate',
    'Lactate in blood',
    ['2524-7', 'Lactate [Moles/volume] in Serum or Plasma'],
    'mmol/L',
    [0.05, 60],
    [0.4, 1.2, 6],
    [0.1, 40],
    ['mmol/L', 'mg/dL'],
    0.5,
    LACTATE,
  ),
  blood(
    'potassium',
    'Potassium in serum or plasma',
    ['2823-3', 'Potassium [Moles/volume] in Serum or Plasma'],
    'mmol/L',
    [0.5, 16],
    [3, 4.2, 6],
    [1, 12],
    ['mmol/L'],
    0.1,
  ),
  blood(
    'sodium',
    'Sodium in serum or plasma',
    ['2951-2', 'Sodium [Moles/volume] in Serum or Plasma'],
    'mmol/L',
    [80, 225],
    [128, 140, 150],
    [95, 200],
    ['mmol/L'],
    0.02,
  ),
];

/** Agreement: mean difference within 5 and SD within 8 mm[Hg], ANSI/AAMI/ISO 81060-2:2018 criterion 1. */
function pressure(
  which: string,
  title: string,
  possible: Measure['possible'],
  code: readonly [string, string],
  bands: readonly AgeBand[],
): Measure {
  return {
    id: `blood-pressure.${which}`,
    title,
    codings: loinc(code),
    unit: 'mm[Hg]',
    unitAliases: PRESSURE,
    possible,
    bands,
    scale: 'linear',
    units: ['mm[Hg]', 'kPa'],
    within: 15,
    stuck: { count: 12, minutes: 120 },
    agree: { minutes: 5, bias: 5, sd: 8 },
    source:
      'newborns Dionne 2012, doi:10.1007/s00467-011-1816-0; children Flynn 2017, doi:10.1542/peds.2017-1904; extremes MacDougall 1985, doi:10.1152/jappl.1985.58.3.785; agreement ISO 81060-2:2018',
  };
}

/** Laboratory values of which disease knows far more than any reference interval; limits are those a laboratory questions. */
function blood(
  id: string,
  title: string,
  code: readonly [string, string],
  unit: string,
  possible: Measure['possible'],
  usual: AgeBand['usual'],
  plausible: readonly [number, number],
  units: readonly string[],
  spread: number,
  molarMass?: number,
): Measure {
  return {
    id,
    title,
    codings: loinc(code),
    unit,
    ...(molarMass === undefined ? {} : { molarMass }),
    possible,
    bands: [within(0, usual, plausible)],
    scale: 'log',
    units,
    within: spread,
    source: 'limits wide of critical values: Kost 1990, doi:10.1001/jama.1990.03440050085036',
  };
}
