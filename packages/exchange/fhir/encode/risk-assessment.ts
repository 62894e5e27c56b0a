import type { Forecast, ForecastQuantity, Instant, Trace } from '@gemel/core';
import { GEMEL } from '@gemel/core/concept';
import type * as fhir from '@medplum/fhirtypes';
import { writeDateTime } from '../datetime.ts';
import { AI_ASSERTED } from '../labels.data.ts';
import { identifierOf, narrativeOf, periodOf, researchNote } from './elements.ts';

/** What a forecast is written with. */
export interface ForecastFrame {
  readonly subject: fhir.Reference<fhir.Patient>;
  readonly performer: fhir.Reference<fhir.Device>;
  /** Local offset east of UTC in minutes for the times written; null for UTC. */
  readonly offset: number | null;
  /** The inputs it rests on. */
  readonly basis: readonly fhir.Reference[];
}

/**
 * A forecast as a preliminary RiskAssessment: one prediction for each event of each quantity, its probability in per cent
 * (as R4 has it) and the stretch it speaks of. A trajectory's event stands at the time where it is most probable; the
 * probability of an event at any time within the horizon is a scalar's.
 */
export function encodeRiskAssessment(forecast: Forecast, frame: ForecastFrame): fhir.RiskAssessment {
  const { pack, madeAt, horizon, outOfRange } = forecast;
  const prediction = Object.values(forecast.quantities).flatMap((quantity) =>
    predictions(quantity, horizon, frame.offset),
  );
  const remarks = outOfRange.map(({ message, from, to }) => {
    return `Out of range ${writeDateTime(from, frame.offset)} to ${writeDateTime(to, frame.offset)}: ${message}`;
  });
  const method = `${pack.id} ${pack.version}, model ${forecast.modelHash}, ${forecast.members} members, seed ${forecast.seed}`;
  return {
    resourceType: 'RiskAssessment',
    meta: { security: [{ ...AI_ASSERTED }] },
    text: narrativeOf(`Forecast “${forecast.scenario.title}” by ${pack.id} ${pack.version}.`, ...remarks),
    identifier: [identifierOf('forecast', forecast.id)],
    status: 'preliminary',
    method: { coding: [{ system: GEMEL, code: `pack.${pack.id}` }], text: method },
    code: { text: forecast.scenario.title },
    subject: frame.subject,
    occurrenceDateTime: writeDateTime(madeAt, frame.offset),
    performer: frame.performer,
    ...(frame.basis.length > 0 ? { basis: [...frame.basis] } : {}),
    ...(prediction.length > 0 ? { prediction } : {}),
    note: researchNote(...remarks),
  };
}

/** A forecast that was withheld: a RiskAssessment without predictions that states why. */
export function encodeWithheld(trace: Trace, at: Instant, frame: ForecastFrame): fhir.RiskAssessment {
  const words = [trace.advice.statement, ...trace.advice.reasons.map((reason) => reason.statement)];
  return {
    resourceType: 'RiskAssessment',
    meta: { security: [{ ...AI_ASSERTED }] },
    text: narrativeOf(...words),
    identifier: [identifierOf('trace', trace.id)],
    status: 'preliminary',
    code: { text: 'No prediction: withheld' },
    subject: frame.subject,
    occurrenceDateTime: writeDateTime(at, frame.offset),
    performer: frame.performer,
    ...(frame.basis.length > 0 ? { basis: [...frame.basis] } : {}),
    note: researchNote(...words),
  };
}

/** References to the inputs of a recommendation, by their ids in the log. */
export function inputReferences(trace: Trace): fhir.Reference[] {
  return trace.inputs.map(({ id, name, value }) => ({
    identifier: identifierOf('input', id),
    display: `${name}: ${value}`,
  }));
}

function predictions(
  quantity: ForecastQuantity,
  horizon: { readonly from: Instant; readonly to: Instant },
  offset: number | null,
): fhir.RiskAssessmentPrediction[] {
  return Object.keys(quantity.events).map((event) => {
    const outcome = {
      coding: [{ system: GEMEL, code: `${quantity.name}.${event}` }],
      text: `${quantity.title}: ${event}`,
    };
    if (quantity.kind === 'scalar') {
      return {
        outcome,
        probabilityDecimal: percent(quantity.events[event]!),
        whenPeriod: periodOf(horizon.from, horizon.to, offset),
      };
    }
    const series = quantity.events[event]!;
    const at = series.indexOf(Math.max(...series));
    const time = quantity.times[at] ?? horizon.from;
    return {
      outcome,
      probabilityDecimal: percent(series[at] ?? 0),
      whenPeriod: periodOf(time, time, offset),
      rationale: 'The time within the horizon at which it is most probable, and the probability at that time.',
    };
  });
}

function percent(probability: number): number {
  return Number((100 * probability).toFixed(4));
}
