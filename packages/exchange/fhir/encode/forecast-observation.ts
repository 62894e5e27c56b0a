import type { Forecast, Trajectory } from '@gemel/core';
import { codingKey, GEMEL, UCUM } from '@gemel/core/concept';
import type * as fhir from '@medplum/fhirtypes';
import { exchangeErrors } from '../../errors.data.ts';
import { PREDICTED } from '../codes.data.ts';
import { writeDateTime } from '../datetime.ts';
import { AI_ASSERTED } from '../labels.data.ts';
import { conceptOf, identifierOf, periodOf, researchNote } from './elements.ts';
import type { ForecastFrame } from './risk-assessment.ts';

/**
 * One predicted trajectory as an Observation, for sites that demand one: preliminary, under the predicted quantity's own
 * code, tagged so that a search with `_tag:not=` leaves it out. The median and each stored quantile are series.
 * @throws fhir-encode-value where the trajectory carries a code of measurements, or its times are not evenly spaced
 */
export function encodeForecastObservation(
  forecast: Forecast,
  trajectory: Trajectory,
  frame: ForecastFrame,
): fhir.Observation {
  const foreign = trajectory.code.codings.find((coding) => coding.system !== GEMEL);
  if (foreign !== undefined || trajectory.code.codings.length === 0) {
    const what = foreign === undefined ? 'no code' : codingKey(foreign);
    const message = `${trajectory.name} is predicted and carries ${what}; only a code of ${GEMEL} may name it.`;
    throw exchangeErrors.error('fhir-encode-value', message);
  }
  const times = trajectory.times;
  const step = times.length > 1 ? times[1]! - times[0]! : 1;
  if (times.length === 0 || times.some((time, i) => time !== times[0]! + i * step)) {
    throw exchangeErrors.error('fhir-encode-value', `The times of ${trajectory.name} are not evenly spaced.`);
  }
  const series = (values: readonly number[]): fhir.SampledData => ({
    origin: { value: 0, unit: trajectory.unit, system: UCUM, code: trajectory.unit },
    period: step,
    dimensions: 1,
    data: values.map((value) => String(Number(value.toPrecision(6)))).join(' '),
  });
  return {
    resourceType: 'Observation',
    meta: { security: [{ ...AI_ASSERTED }], tag: [{ ...PREDICTED }] },
    identifier: [identifierOf('forecast', `${forecast.id}/${trajectory.name}`)],
    status: 'preliminary',
    code: conceptOf(trajectory.code),
    subject: frame.subject,
    effectivePeriod: periodOf(times[0]!, times.at(-1)!, frame.offset),
    issued: writeDateTime(forecast.madeAt, frame.offset),
    device: frame.performer,
    component: trajectory.levels.map((level, i) => ({
      code: { coding: [{ system: GEMEL, code: `quantile.${level}` }], text: `${trajectory.title}, quantile ${level}` },
      valueSampledData: series(trajectory.quantiles[i]!),
    })),
    note: researchNote('Predicted, not measured.'),
  };
}
