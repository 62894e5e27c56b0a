import type { ControlInput, Forecast, Instant, Plan, Trace } from '@gemel/core';
import type * as fhir from '@medplum/fhirtypes';
import manifest from '../../package.json' with { type: 'json' };
import type { ControlForm } from '../codes.data.ts';
import type { BundleWriter } from './bundle-writer.ts';
import { encodeCarePlan } from './care-plan.ts';
import { controlForm } from './control.ts';
import { encodeSoftware, type Software } from './device.ts';
import { identifierOf } from './elements.ts';
import { encodeForecastObservation } from './forecast-observation.ts';
import { encodeMedicationRequest } from './medication-request.ts';
import { encodeNutritionOrder } from './nutrition-order.ts';
import type { OrderFrame } from './order.ts';
import { encodeRiskAssessment, encodeWithheld, inputReferences } from './risk-assessment.ts';
import { encodeMeasurementRequest, encodeServiceRequest } from './service-request.ts';

/** What a proposal and a release are both written with. */
export interface DraftOptions {
  /** When this is written. */
  readonly at: Instant;
  readonly software?: Software;
  /** Local offset east of UTC in minutes for the times written; UTC where absent. */
  readonly offset?: number;
  /** Also write the predicted trajectories as Observations, for sites that demand it. */
  readonly forecastObservations?: boolean;
  /** What kind of order a control becomes, by its name, where its codes do not say. */
  readonly forms?: Readonly<Record<string, ControlForm>>;
}

interface Draft {
  readonly trace: Trace;
  readonly plan: Plan | null;
  readonly forecast: Forecast | null;
  readonly subject: fhir.Reference<fhir.Patient>;
  /** Labels of the plan and its orders. */
  readonly security: readonly fhir.Coding[];
  readonly contributor?: fhir.Reference;
}

/** URLs of what was written. */
export interface Drafted {
  readonly software: string;
  /** The forecast, and its observations. */
  readonly forecast: readonly string[];
  /** The orders and the plan; empty without a plan. */
  readonly plan: readonly string[];
}

/** Writes the software, the forecast, and the plan with its orders: drafts and proposals, whatever comes of them. */
export function writeDraft(writer: BundleWriter, draft: Draft, options: DraftOptions): Drafted {
  const { trace, plan, forecast, subject } = draft;
  const offset = options.offset ?? null;
  const software = writer.add(
    encodeSoftware(options.software ?? { name: 'Gemel', version: manifest.version }, trace.pack),
  );
  const frame = { subject, performer: { reference: software }, offset, basis: inputReferences(trace) };
  const risk = writer.add(
    forecast === null ? encodeWithheld(trace, options.at, frame) : encodeRiskAssessment(forecast, frame),
  );
  const predicted = options.forecastObservations && forecast !== null ? Object.values(forecast.quantities) : [];
  const series = predicted.filter((quantity) => quantity.kind === 'trajectory');
  const observations = series.map((one) => writer.add(encodeForecastObservation(forecast!, one, frame)));
  const written = plan === null ? [] : writePlan(writer, { ...draft, plan }, software, risk, options);
  return { software, forecast: [risk, ...observations], plan: written };
}

function writePlan(
  writer: BundleWriter,
  { trace, plan, subject, security, contributor }: Draft & { readonly plan: Plan },
  software: string,
  risk: string,
  options: DraftOptions,
): readonly string[] {
  const { advice } = trace;
  // Without an expiry of its own, a plan holds no longer than the forecast it rests on.
  const to = advice.kind === 'advise' ? advice.expires : plan.forecast.horizon.to;
  const validity = { from: trace.at, to };
  const controls = plan.scenario.controls.filter((control) => control.status !== 'given');
  const measurements = (advice.measurements ?? []).filter(({ scenario }) => scenario === plan.scenario.id);
  // The plan follows its orders, which are based on it.
  const basedOn = writer.urn(controls.length + measurements.length);
  const frameOf = (i: number, ...note: readonly string[]): OrderFrame => ({
    identifier: identifierOf('order', `${trace.id}/${plan.scenario.id}/${i}`),
    subject: trace.subject,
    subjectReference: subject,
    status: 'draft',
    intent: 'proposal',
    security,
    validity,
    basedOn,
    requester: { reference: software },
    note,
  });
  const doses = controls.map((control, i) => {
    const order = frameOf(i, `${control.control}: ${control.value.value} ${control.value.unit}.`, advice.statement);
    return writer.add(encodeOrder(control, order, options.forms?.[control.control] ?? controlForm(control)));
  });
  const offset = options.offset ?? null;
  const measured = measurements.map((each, i) =>
    writer.add(encodeMeasurementRequest(each, frameOf(controls.length + i, each.reason), trace.at, offset)),
  );
  const orders = [...doses, ...measured];
  const frame = { subject, author: { reference: software }, security, validity, orders, forecast: risk };
  const times = { at: options.at, offset };
  const more = contributor === undefined ? {} : { contributor };
  return [...orders, writer.add(encodeCarePlan(trace, plan, { ...frame, ...times, ...more }))];
}

function encodeOrder(control: ControlInput, frame: OrderFrame, form: ControlForm): fhir.Resource {
  if (form === 'medication') return encodeMedicationRequest(control, frame);
  return form === 'nutrition' ? encodeNutritionOrder(control, frame) : encodeServiceRequest(control, frame);
}
