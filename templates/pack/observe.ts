import { coding, GEMEL, isQuantity, LOINC, normal, type Observation } from '@gemel/core';
import type { Binding, ControlSpec, LeastData } from '@gemel/runtime/pack';

/** Standard deviation of a core thermometer's error, Cel. */
const SENSOR_SD = 0.1;

export const observes: readonly Binding[] = [
  {
    signal: 'temperature.core',
    title: 'Core temperature',
    codings: [coding(LOINC, '8310-5', 'Body temperature'), coding(LOINC, '8329-5', 'Body temperature - Core')],
    unit: 'Cel',
    plausible: [25, 43],
    localNames: ['temperature', 'body temperature', 'core temperature'],
  },
];

export const controls: readonly ControlSpec[] = [
  {
    control: 'blanket',
    title: 'Water of the cooling blanket',
    codings: [coding(GEMEL, 'body-temperature.blanket')],
    unit: 'Cel',
    plausible: [4, 42],
    localNames: ['blanket'],
  },
];

export const needs: LeastData = {
  signals: ['temperature.core'],
  controls: ['blanket'],
  facts: ['body.weight'],
  purposes: {
    'temperature.core': 'calibrates the twin and tells where it stands',
    blanket: 'explains a fall that is not the body’s own',
    'body.weight': 'the rates were measured in adults',
  },
};

/** log p(observation | temperature), in 1/Cel. */
export function logLikelihood(observation: Observation, temperature: number): number {
  return isQuantity(observation.value) ? normal(temperature, SENSOR_SD).logDensity(observation.value.value) : 0;
}
