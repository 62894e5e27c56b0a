import { type Coding, coding, LOINC } from '@gemel/core/concept';
import {
  BODY_HEIGHT,
  BODY_MASS_INDEX,
  BODY_TEMPERATURE,
  BODY_WEIGHT,
  DIASTOLIC,
  GLUCOSE,
  HEART_RATE,
  MEAN_PRESSURE,
  PULSE_OXIMETRY,
  RESPIRATORY_RATE,
  SYSTOLIC,
} from '../device/measures.data.ts';

/** What a number in a note may measure. */
export interface MeasureRule {
  readonly id: string;
  readonly names: readonly string[];
  /** Names that are meant only exactly so (`Na`, `T`). */
  readonly exact?: readonly string[];
  /** UCUM unit → codes: LOINC tells mass from amount of substance. */
  readonly units: Readonly<Record<string, readonly Coding[]>>;
  /** Where no unit is written: the unit it always has, or whose range alone fits. Absent: a value without unit is not used. */
  readonly convention?: readonly { readonly unit: string; readonly low: number; readonly high: number }[];
  /** Least and greatest value in a living person, by unit; beyond it something else was meant. */
  readonly possible: Readonly<Record<string, readonly [low: number, high: number]>>;
  /** Values written in a form of their own. */
  readonly form?: 'pressure' | 'height' | 'coma' | 'outOfTen' | 'saturation';
}

const one = (unit: string, codings: readonly Coding[], low: number, high: number) => ({
  units: { [unit]: codings },
  possible: { [unit]: [low, high] as const },
});
const always = (unit: string, low: number, high: number) => ({ convention: [{ unit, low, high }] });
const loinc = (code: string, display: string): readonly Coding[] => [coding(LOINC, code, display)];

export const PRESSURE_UNIT = 'mm[Hg]';
/** The two parts of a blood pressure, as every other door gives them. */
export const PRESSURE_PARTS = { sbp: SYSTOLIC, dbp: DIASTOLIC } as const;
export const OXYGEN_FLOW = {
  id: 'o2flow',
  unit: 'L/min',
  codings: loinc('3151-8', 'Inhaled oxygen flow rate'),
} as const;
/** Parts of the Glasgow coma scale by their letter. */
export const COMA_PARTS: Readonly<
  Record<string, { readonly id: string; readonly most: number; readonly codings: readonly Coding[] }>
> = {
  e: { id: 'gcs-eye', most: 4, codings: loinc('9267-6', 'Glasgow coma score eye opening') },
  v: { id: 'gcs-verbal', most: 5, codings: loinc('9270-0', 'Glasgow coma score verbal') },
  m: { id: 'gcs-motor', most: 6, codings: loinc('9268-4', 'Glasgow coma score motor') },
};

const VITALS: readonly MeasureRule[] = [
  {
    id: 'bp',
    names: ['blood pressure', 'blood pressures', 'bp', 'bps', 'b/p', 'nibp', 'abp', 'blood pressure reading'],
    ...one(PRESSURE_UNIT, SYSTOLIC, 20, 350),
    ...always(PRESSURE_UNIT, 20, 350),
    form: 'pressure',
  },
  {
    id: 'sbp',
    names: ['systolic blood pressure', 'systolic bp', 'sbp', 'systolic', 'systolic pressure', 'sbps'],
    ...one(PRESSURE_UNIT, SYSTOLIC, 20, 350),
    ...always(PRESSURE_UNIT, 20, 350),
  },
  {
    id: 'dbp',
    names: ['diastolic blood pressure', 'diastolic bp', 'dbp', 'diastolic', 'diastolic pressure'],
    ...one(PRESSURE_UNIT, DIASTOLIC, 10, 250),
    ...always(PRESSURE_UNIT, 10, 250),
  },
  {
    id: 'map',
    names: ['mean arterial pressure', 'mean blood pressure', 'maps'],
    exact: ['MAP'],
    ...one(PRESSURE_UNIT, MEAN_PRESSURE, 10, 300),
    ...always(PRESSURE_UNIT, 10, 300),
  },
  {
    id: 'hr',
    names: ['heart rate', 'hr', 'pulse', 'pulse rate', 'heartrate', 'heart rates'],
    exact: ['P'],
    ...one('/min', HEART_RATE, 10, 350),
    ...always('/min', 10, 350),
  },
  {
    id: 'rr',
    names: [
      'respiratory rate',
      'respirations',
      'resp rate',
      'rr',
      'resps',
      'resp',
      'breathing rate',
      'respiration rate',
    ],
    exact: ['R'],
    ...one('/min', RESPIRATORY_RATE, 1, 120),
    ...always('/min', 1, 120),
  },
  {
    id: 'temp',
    names: [
      'temperature',
      'temp',
      'tmax',
      't max',
      'tcurrent',
      't current',
      'tc',
      'tm',
      'body temperature',
      'temps',
      'fever to',
      'fever of',
      'febrile to',
      'max temp',
      'temperature max',
    ],
    exact: ['T'],
    units: { Cel: BODY_TEMPERATURE, '[degF]': BODY_TEMPERATURE },
    convention: [
      { unit: 'Cel', low: 25, high: 45 },
      { unit: '[degF]', low: 77, high: 115 },
    ],
    possible: { Cel: [20, 46], '[degF]': [68, 115] },
  },
  {
    id: 'spo2',
    names: [
      'spo2',
      'sp o2',
      'sao2',
      'o2 sat',
      'o2 sats',
      'o2 saturation',
      'o2sat',
      'oxygen saturation',
      'oxygen saturations',
      'pulse ox',
      'pulse oximetry',
      'satting',
      'saturating',
      'sat',
      'sats',
      'saturation',
      'o2',
      'pox',
      'spo₂',
      'sating',
      'oxygenation',
    ],
    ...one('%', PULSE_OXIMETRY, 20, 100),
    ...always('%', 40, 100),
    form: 'saturation',
  },
  {
    id: 'weight',
    names: [
      'weight',
      'wt',
      'body weight',
      'weighs',
      'weighed',
      'weighing',
      'wgt',
      'dry weight',
      'admission weight',
      'current weight',
      'weight today',
    ],
    units: { kg: BODY_WEIGHT, '[lb_av]': BODY_WEIGHT, g: BODY_WEIGHT },
    possible: { kg: [0.2, 650], '[lb_av]': [0.5, 1430], g: [200, 650_000] },
  },
  {
    id: 'height',
    names: ['height', 'ht', 'body height', 'hgt', 'tall'],
    units: { cm: BODY_HEIGHT, m: BODY_HEIGHT, '[in_i]': BODY_HEIGHT, '[ft_i]': BODY_HEIGHT },
    possible: { cm: [20, 275], m: [0.2, 2.75], '[in_i]': [8, 108], '[ft_i]': [0.7, 9] },
    form: 'height',
  },
  {
    id: 'bmi',
    names: ['body mass index', 'bmi'],
    ...one('kg/m2', BODY_MASS_INDEX, 5, 150),
    ...always('kg/m2', 5, 150),
  },
  {
    id: 'gcs',
    names: ['glasgow coma scale', 'glasgow coma score', 'gcs'],
    ...one('{score}', loinc('9269-2', 'Glasgow coma score total'), 3, 15),
    ...always('{score}', 3, 15),
    form: 'coma',
  },
  {
    id: 'pain',
    names: [
      'pain',
      'pain score',
      'pain level',
      'pain scale',
      'pain rating',
      'pain severity',
      'pain rated',
      'pain rated at',
      'rates pain',
      'rates his pain',
      'rates her pain',
      'rates the pain',
      'pain intensity',
    ],
    ...one('{score}', loinc('72514-3', 'Pain severity - 0-10 verbal numeric rating [Score] - Reported'), 0, 10),
    form: 'outOfTen',
  },
];

/** Laboratory values: `id; names; names meant only exactly so; unit=LOINC…; least to greatest, first unit; a for always that unit`. */
const LABS = `
sodium; sodium, serum sodium; Na, NA, na; mmol/L=2951-2 meq/L=2951-2; 80-220; Sodium [Moles/volume] in Serum or Plasma
potassium; potassium, serum potassium; K, k; mmol/L=2823-3 meq/L=2823-3; 0.5-15; Potassium [Moles/volume] in Serum or Plasma
chloride; chloride, serum chloride; Cl, CL, cl; mmol/L=2075-0 meq/L=2075-0; 50-180; Chloride [Moles/volume] in Serum or Plasma
bicarbonate; bicarbonate, bicarb, hco3, serum bicarbonate; HCO3; mmol/L=1963-8 meq/L=1963-8; 1-60; Bicarbonate [Moles/volume] in Serum or Plasma
co2-total; total co2, tco2; CO2; mmol/L=2028-9 meq/L=2028-9; 1-60; Carbon dioxide, total [Moles/volume] in Serum or Plasma
bun; bun, blood urea nitrogen, urea nitrogen; BUN; mg/dL=3094-0; 0.5-300; Urea nitrogen [Mass/volume] in Serum or Plasma
urea; urea, serum urea; ; mmol/L=22664-7; 0.3-100; Urea [Moles/volume] in Serum or Plasma
creatinine; creatinine, serum creatinine, creat, creatinine level; Cr, CR, cr, Creat; mg/dL=2160-0 umol/L=14682-9; 0.05-40; Creatinine [Mass/volume] in Serum or Plasma
egfr; egfr, gfr, estimated gfr, estimated glomerular filtration rate; eGFR; mL/min/{1.73_m2}=69405-9; 1-250; Glomerular filtration rate [Volume Rate/Area] in Serum, Plasma or Blood
calcium; calcium, serum calcium, total calcium; Ca; mg/dL=17861-6 mmol/L=2000-8; 2-25; Calcium [Mass/volume] in Serum or Plasma
magnesium; magnesium, serum magnesium, mag; Mg, MG; mg/dL=19123-9 mmol/L=2601-3 meq/L=2601-3; 0.2-15; Magnesium [Mass/volume] in Serum or Plasma
phosphate; phosphate, phosphorus, phos, serum phosphate; PO4; mg/dL=2777-1 mmol/L=14879-1; 0.2-25; Phosphate [Mass/volume] in Serum or Plasma
albumin; albumin, serum albumin, alb; ; g/dL=1751-7 g/L=1751-7; 0.3-8; Albumin [Mass/volume] in Serum or Plasma
protein; total protein; ; g/dL=2885-2 g/L=2885-2; 1-15; Protein [Mass/volume] in Serum or Plasma
bilirubin; total bilirubin, bilirubin, t bili, tbili, tbil, bili, bilirubin total; ; mg/dL=1975-2 umol/L=14631-6; 0.05-80; Bilirubin.total [Mass/volume] in Serum or Plasma
alt; alt, sgpt, alanine aminotransferase; ALT; U/L=1742-6; 1-30000; Alanine aminotransferase [Enzymatic activity/volume] in Serum or Plasma
ast; ast, sgot, aspartate aminotransferase; AST; U/L=1920-8; 1-30000; Aspartate aminotransferase [Enzymatic activity/volume] in Serum or Plasma
alp; alkaline phosphatase, alk phos, alkphos, alp; ALP; U/L=6768-6; 1-10000; Alkaline phosphatase [Enzymatic activity/volume] in Serum or Plasma
ldh; ldh, lactate dehydrogenase; LDH; U/L=2532-0; 10-50000; Lactate dehydrogenase [Enzymatic activity/volume] in Serum or Plasma
ck; creatine kinase, cpk; CK, CPK; U/L=2157-6; 1-500000; Creatine kinase [Enzymatic activity/volume] in Serum or Plasma
lipase; lipase; ; U/L=3040-3; 1-50000; Lipase [Enzymatic activity/volume] in Serum or Plasma
amylase; amylase; ; U/L=1798-8; 1-50000; Amylase [Enzymatic activity/volume] in Serum or Plasma
wbc; wbc, white count, white blood cell count, white blood cells, wbcs, white cell count, leukocytes; WBC; 10*3/uL=26464-8 10*9/L=26464-8 /uL=26464-8; 0-1000; Leukocytes [#/volume] in Blood
hemoglobin; hemoglobin, haemoglobin, hgb; Hgb, HGB, Hb, HB; g/dL=718-7 g/L=718-7; 1-30; Hemoglobin [Mass/volume] in Blood
hematocrit; hematocrit, haematocrit, hct; Hct, HCT; %=20570-8; 3-80; Hematocrit [Volume Fraction] of Blood
platelets; platelets, platelet count, plt, plts, platelet; Plt, PLT; 10*3/uL=26515-7 10*9/L=26515-7 /uL=26515-7; 0-5000; Platelets [#/volume] in Blood
mcv; mcv, mean corpuscular volume; MCV; fL=787-2; 30-180; MCV [Entitic volume] by Automated count
neutrophils; absolute neutrophil count, anc; ANC; 10*3/uL=26499-4 10*9/L=26499-4 /uL=26499-4; 0-500; Neutrophils [#/volume] in Blood
inr; inr, international normalized ratio; INR; {INR}=6301-6; 0.3-30; INR in Platelet poor plasma by Coagulation assay; a
ptt; ptt, aptt, partial thromboplastin time; PTT; s=14979-9; 5-300; aPTT in Platelet poor plasma by Coagulation assay
pt; prothrombin time; PT; s=5902-2; 3-200; Prothrombin time (PT)
d-dimer; d dimer; ; ng/mL{FEU}=48065-7 ug/mL{FEU}=48065-7; 1-200000; Fibrin D-dimer FEU [Mass/volume] in Platelet poor plasma
fibrinogen; fibrinogen; ; mg/dL=3255-7; 5-2000; Fibrinogen [Mass/volume] in Platelet poor plasma by Coagulation assay
hba1c; hba1c, a1c, hemoglobin a1c, haemoglobin a1c, glycated hemoglobin, hgba1c, hgb a1c, hb a1c, glycosylated hemoglobin; A1C; %=4548-4 mmol/mol=59261-8; 2-25; Hemoglobin A1c/Hemoglobin.total in Blood
lactate; lactate, lactic acid, serum lactate; ; mmol/L=2524-7; 0.1-40; Lactate [Moles/volume] in Serum or Plasma
ph; arterial ph, blood ph; pH, PH; [pH]=2744-1; 6.5-8; pH of Arterial blood; a
pco2; pco2, paco2; pCO2, PaCO2, PCO2; mm[Hg]=2019-8; 5-200; Carbon dioxide [Partial pressure] in Arterial blood
po2; po2, pao2; pO2, PaO2, PO2; mm[Hg]=2703-7; 5-800; Oxygen [Partial pressure] in Arterial blood
troponin-i; troponin i, trop i, tni; ; ng/mL=10839-9 ng/L=89579-7; 0-5000; Troponin I.cardiac [Mass/volume] in Serum or Plasma
troponin-t; troponin t, trop t, tnt; ; ng/mL=6598-7 ng/L=67151-1; 0-500; Troponin T.cardiac [Mass/volume] in Serum or Plasma
bnp; bnp, b type natriuretic peptide; BNP; pg/mL=30934-4 ng/L=30934-4; 0-100000; Natriuretic peptide B [Mass/volume] in Serum or Plasma
nt-probnp; nt probnp, probnp, pro bnp, nt pro bnp; ; pg/mL=33762-6 ng/L=33762-6; 0-500000; Natriuretic peptide.B prohormone N-Terminal [Mass/volume] in Serum or Plasma
crp; crp, c reactive protein; CRP; mg/L=1988-5 mg/dL=1988-5; 0-1000; C reactive protein [Mass/volume] in Serum or Plasma
esr; esr, sed rate, erythrocyte sedimentation rate; ESR; mm/h=30341-2; 0-200; Erythrocyte sedimentation rate
procalcitonin; procalcitonin, pct; PCT; ng/mL=33959-8 ug/L=33959-8; 0-1000; Procalcitonin [Mass/volume] in Serum or Plasma
tsh; tsh, thyroid stimulating hormone; TSH; m[IU]/L=3016-3 u[IU]/mL=3016-3; 0-500; Thyrotropin [Units/volume] in Serum or Plasma
free-t4; free t4, ft4, free thyroxine; ; ng/dL=3024-7 pmol/L=14920-3; 0-20; Thyroxine (T4) free [Mass/volume] in Serum or Plasma
ldl; ldl, ldl cholesterol, ldl c; LDL; mg/dL=2089-1 mmol/L=22748-8; 1-1000; Cholesterol in LDL [Mass/volume] in Serum or Plasma
hdl; hdl, hdl cholesterol, hdl c; HDL; mg/dL=2085-9 mmol/L=14646-4; 1-300; Cholesterol in HDL [Mass/volume] in Serum or Plasma
cholesterol; total cholesterol, cholesterol; ; mg/dL=2093-3 mmol/L=14647-2; 10-2000; Cholesterol [Mass/volume] in Serum or Plasma
triglycerides; triglycerides, triglyceride; TG, TGs; mg/dL=2571-8 mmol/L=14927-8; 5-20000; Triglyceride [Mass/volume] in Serum or Plasma
ferritin; ferritin; ; ng/mL=2276-4 ug/L=2276-4; 0-200000; Ferritin [Mass/volume] in Serum or Plasma
uric-acid; uric acid, urate; ; mg/dL=3084-1 umol/L=14933-6; 0.1-50; Urate [Mass/volume] in Serum or Plasma
ammonia; ammonia; NH3; umol/L=16362-6; 1-2000; Ammonia [Moles/volume] in Plasma
psa; psa, prostate specific antigen; PSA; ng/mL=2857-1; 0-20000; Prostate specific Ag [Mass/volume] in Serum or Plasma
vancomycin-trough; vancomycin trough, vanc trough, vanco trough, vancomycin trough level; ; ug/mL=4092-3 mg/L=4092-3; 0-200; Vancomycin [Mass/volume] in Serum or Plasma --trough
vancomycin-level; vancomycin level, vanc level, vanco level, random vancomycin, vancomycin random, vancomycin concentration; ; ug/mL=20578-1 mg/L=20578-1; 0-200; Vancomycin [Mass/volume] in Serum or Plasma
digoxin-level; digoxin level, dig level; ; ng/mL=10535-3 ug/L=10535-3; 0-20; Digoxin [Mass/volume] in Serum or Plasma
tacrolimus-level; tacrolimus level, tacrolimus trough, fk level; ; ng/mL=11253-2 ug/L=11253-2; 0-200; Tacrolimus [Mass/volume] in Blood
phenytoin-level; phenytoin level, dilantin level; ; ug/mL=3968-5 mg/L=3968-5; 0-100; Phenytoin [Mass/volume] in Serum or Plasma
anion-gap; anion gap, ag; ; mmol/L=33037-3 meq/L=33037-3; -20-80; Anion gap in Serum or Plasma
`;

const LAB_RULES: readonly MeasureRule[] = LABS.trim()
  .split('\n')
  .map((row): MeasureRule => {
    const [id, names, exact, units, range, display, constant] = row.split(';').map((cell) => cell.trim());
    const words = (cell: string) =>
      cell
        .split(',')
        .map((each) => each.trim())
        .filter((each) => each !== '');
    const codes = units!.split(' ').map((each) => each.split('=') as [string, string]);
    const [low, high] = /^(-?[\d.]+)-([\d.]+)$/.exec(range!)!.slice(1).map(Number) as [number, number];
    const [unit, code] = codes[0]!;
    return {
      id: id!,
      names: words(names!),
      exact: words(exact!),
      // Only the first code is that of the display; LOINC names the others alike, for the other unit.
      units: Object.fromEntries(
        codes.map(([ucum, each]) => [ucum, [each === code ? coding(LOINC, each, display) : coding(LOINC, each)]]),
      ),
      possible: { [unit]: [low, high] },
      ...(constant === 'a' ? always(unit, low, high) : {}),
    };
  });

const glucose = (id: string, kind: 'blood' | 'capillary' | 'plasma', names: readonly string[]): MeasureRule => ({
  id,
  names,
  units: GLUCOSE[kind]!,
  possible: { 'mg/dL': [5, 3000], 'mmol/L': [0.3, 170] },
});

export const measures: readonly MeasureRule[] = [
  ...VITALS,
  ...LAB_RULES,
  glucose('glucose', 'blood', [
    'glucose',
    'blood glucose',
    'blood sugar',
    'bg',
    'gluc',
    'glu',
    'random glucose',
    'fasting glucose',
    'glucose level',
    'blood sugars',
  ]),
  glucose('glucose-plasma', 'plasma', ['serum glucose', 'plasma glucose', 'fasting plasma glucose']),
  glucose('glucose-capillary', 'capillary', [
    'fingerstick glucose',
    'fingerstick',
    'finger stick',
    'capillary glucose',
    'poc glucose',
    'accucheck',
    'fsbs',
    'fsbg',
    'cbg',
    'fs glucose',
    'fingerstick blood glucose',
  ]),
];
