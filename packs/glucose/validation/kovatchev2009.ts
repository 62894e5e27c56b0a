import { defineValidation, type ValidationRow } from '@gemel/core/validation';
import { type CohortPatient, readCohort } from '../cohort.ts';
import {
  basalRate,
  basalState,
  deriveConstants,
  type MealDose,
  type MinuteInputs,
  STATE_COUNT,
  simulate,
} from '../model.ts';

const MINUTES = 600;
const PATIENTS = ['adult#001', 'adolescent#001'] as const;

/** 60 g eaten at 5 g/min from minute 60; the bolus, if any, within minute 60. */
function inputs(basal: number, bolus: number): MinuteInputs {
  const insulin = new Float64Array(MINUTES).fill(basal);
  insulin[60] += bolus;
  return { insulin, carbs: new Float64Array(MINUTES).fill(5, 60, 72) };
}

function study(patient: CohortPatient, withBolus: boolean, mealDose: MealDose) {
  const constants = deriveConstants(patient.parameters);
  const basal = basalRate(constants);
  const states = basalState(constants, 0, new Float64Array(STATE_COUNT));
  const bolus = withBolus ? 60 / patient.carbohydrateRatio : 0;
  const path = simulate({
    constants,
    states,
    inputs: inputs(basal, bolus),
    from: 0,
    to: MINUTES,
    every: 1,
    mealDose,
  });
  const start = patient.columns.Gb;
  const peak = Math.max(start, ...path);
  return { basal, start, peak, minute: path.indexOf(peak) + 1, end: path[MINUTES - 1] };
}

const glucose = (name: string, expected: number): ValidationRow => ({ name, unit: 'mg/dL', expected, tolerance: 1e-3 });
const minute = (name: string, expected: number): ValidationRow => ({ name, unit: 'min', expected, tolerance: 0 });

export default defineValidation({
  id: 'kovatchev2009',
  title: 'UVA/Padova type 1 model: one meal of 60 g, interstitial glucose at whole minutes',
  citation:
    'Kovatchev, Breton, Dalla Man, Cobelli, J Diabetes Sci Technol 2009;3:44-55, doi:10.1177/193229680900300106; patients of jxx123/simglucose',
  data: ['uva-padova/vpatient_params.csv', 'uva-padova/Quest.csv'],
  slow: false,
  rows: [
    { name: 'adult#001 basal', unit: 'U/min', expected: 0.021123, tolerance: 5e-7 },
    glucose('adult#001 start', 138.56),
    glucose('adult#001 peak', 191.641),
    minute('adult#001 peak time', 143),
    glucose('adult#001 end', 113.1508),
    glucose('adult#001 without bolus peak', 226.3895),
    minute('adult#001 without bolus peak time', 322),
    glucose('adult#001 peak with the whole meal as D', 191.6716),
    { name: 'adolescent#001 basal', unit: 'U/min', expected: 0.013936, tolerance: 5e-7 },
    glucose('adolescent#001 start', 149.02),
    glucose('adolescent#001 peak', 159.6075),
    minute('adolescent#001 peak time', 131),
    glucose('adolescent#001 end', 125.5273),
    glucose('adolescent#001 without bolus peak', 202.2202),
    minute('adolescent#001 without bolus peak time', 281),
    { name: 'adolescent#001 peak with the whole meal as D', unit: 'mg/dL', expected: null },
  ],
  run({ read }) {
    const text = (path: string) => new TextDecoder().decode(read(path));
    const cohort = readCohort(text('uva-padova/vpatient_params.csv'), text('uva-padova/Quest.csv'));
    const numbers: Record<string, number> = {};
    for (const name of PATIENTS) {
      const patient = cohort.find((p) => p.name === name)!;
      const treated = study(patient, true, 'eaten');
      const untreated = study(patient, false, 'eaten');
      numbers[`${name} basal`] = treated.basal;
      numbers[`${name} start`] = treated.start;
      numbers[`${name} peak`] = treated.peak;
      numbers[`${name} peak time`] = treated.minute;
      numbers[`${name} end`] = treated.end;
      numbers[`${name} without bolus peak`] = untreated.peak;
      numbers[`${name} without bolus peak time`] = untreated.minute;
      numbers[`${name} peak with the whole meal as D`] = study(patient, true, 'announced').peak;
    }
    return numbers;
  },
});
