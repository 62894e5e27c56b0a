import { defineValidation } from '@gemel/core/validation';
import { randomStream } from '@gemel/numerics';
import { hodiamont2017 } from '../drugs/gentamicin/hodiamont2017.ts';
import { drawerOf } from '../effects.ts';
import { modelSubject } from '../subject.ts';

const PATIENTS = 20_000;
/** One thousand patients were drawn for each dose: the share of any has a standard error of up to 1.6 %. */
const row = (name: string, expected: number, unit: string, tolerance: number) => ({
  name,
  source: 'results, first doses of 1,000 patients of 70 kg; half an hour after an infusion of half an hour',
  unit,
  expected,
  tolerance,
});

/** Peaks of a first dose under the spread of patients and of occasions. */
function peaks(mg: number): Float64Array {
  const { subject, effects } = modelSubject(hodiamont2017, {
    doses: [{ time: 0, amount: mg, hours: 0.5, route: 'intravenous' }],
    levels: [{ time: 1, value: 1 }],
    covariates: [{ time: Number.NEGATIVE_INFINITY, values: { critical: 1 } }],
  });
  const draw = drawerOf(effects);
  const random = randomStream(2017, String(mg));
  const out = new Float64Array(1);
  return Float64Array.from({ length: PATIENTS }, () => {
    subject.predict(new Float64Array(0), draw(random), out);
    return out[0];
  }).sort();
}

export default defineValidation({
  id: 'hodiamont2017',
  title: 'Gentamicin: peaks of first doses in intensive care, with what varies from dose to dose',
  citation: 'Hodiamont CJ et al., Ther Drug Monit 2017;39:522-530, doi:10.1097/FTD.0000000000000432',
  data: [],
  slow: false,
  rows: [
    row('median peak, 5 mg/kg', 14, 'mg/L', 0.4),
    row('peak of 15 to 20 mg/L, 5 mg/kg', 27.7, '%', 3.2),
    row('peak below 15 mg/L, 5 mg/kg', 58.6, '%', 3.2),
    row('peak above 20 mg/L, 5 mg/kg', 13.7, '%', 3.2),
    row('median peak, 6 mg/kg', 16.8, 'mg/L', 0.5),
    row('peak of 15 to 20 mg/L, 6 mg/kg', 33.5, '%', 3.2),
    row('peak below 15 mg/L, 6 mg/kg', 35.6, '%', 3.2),
    row('peak above 20 mg/L, 6 mg/kg', 30.9, '%', 3.2),
  ],
  run() {
    return Object.fromEntries(
      [5, 6].flatMap((perKilogram) => {
        const all = peaks(70 * perKilogram);
        const share = (holds: (peak: number) => boolean) => (100 * all.filter(holds).length) / PATIENTS;
        return [
          [`median peak, ${perKilogram} mg/kg`, all[PATIENTS / 2]],
          [`peak of 15 to 20 mg/L, ${perKilogram} mg/kg`, share((peak) => peak >= 15 && peak <= 20)],
          [`peak below 15 mg/L, ${perKilogram} mg/kg`, share((peak) => peak < 15)],
          [`peak above 20 mg/L, ${perKilogram} mg/kg`, share((peak) => peak > 20)],
        ];
      }),
    );
  },
});
