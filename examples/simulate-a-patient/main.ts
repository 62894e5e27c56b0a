import { DAY, HOUR, instant, isoInstant, MINUTE } from '@gemel/core';
import { EVERYDAY, generatePatient } from '@gemel/pack-glucose/generate';

const start = instant(Date.parse('2026-03-02T00:00:00Z'));
const patient = generatePatient({ seed: 7, start, days: 2, group: 'adult', perturbation: EVERYDAY });

const { age, sex, weight, therapy } = patient.profile;
console.log(
  `${sex}, ${age} years, ${weight.toFixed(0)} kg; basal ${therapy.basal} U/h, 1 U covers ${therapy.carbohydrateRatio} g`,
);
console.log(
  `${patient.cgm.length} sensor values, ${patient.boluses.length} boluses, ${patient.meals.length} meals in ${patient.days} days`,
);

console.log('\nthe first day');
for (let at = start + 6 * HOUR; at < start + DAY; at += 2 * HOUR) {
  const seen = patient.cgm.find((sensed) => sensed.at >= at)!;
  const shown = 'value' in seen.reading ? `${seen.reading.value} mg/dL` : 'beyond the sensor';
  const within = (other: number) => other >= at && other < at + 2 * HOUR;
  const eaten = patient.meals.filter((meal) => within(meal.at)).map((meal) => `${meal.eaten.toFixed(0)} g eaten`);
  const given = patient.boluses.filter((bolus) => within(bolus.at)).map((bolus) => `${bolus.units.toFixed(1)} U`);
  console.log(
    `${isoInstant(instant(at)).slice(11, 16)}  ${shown.padEnd(18)} ${[...eaten, ...given].join(', ')}`.trimEnd(),
  );
}

const truth = patient.truth.interstitial;
const errors = patient.cgm.flatMap(({ at, reading }) =>
  'value' in reading ? [Math.abs(reading.value - truth[(at - start) / MINUTE]!)] : [],
);
console.log(`\nmean absolute sensor error ${(errors.reduce((a, b) => a + b, 0) / errors.length).toFixed(1)} mg/dL`);
