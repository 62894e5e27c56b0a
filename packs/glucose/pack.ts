import type { Prior } from '@gemel/runtime';
import type { Assimilator, Pack } from '@gemel/runtime/pack';
import { advisories } from './advisories.ts';
import { agpReport } from './agp.ts';
import { applicability } from './applicability.ts';
import { calibration as ownCalibration } from './calibrate.ts';
import { decide } from './decide.ts';
import { dynamics, type GlucoseState } from './dynamics.ts';
import { glucoseErrors } from './errors.data.ts';
import { headline } from './headline.ts';
import { plannedBasal } from './insulin.ts';
import { limitsOf } from './limits.ts';
import { controls, needs, observes } from './observe.ts';
import { outOfRange } from './out-of-range.ts';
import { propose } from './propose.ts';
import { quantities } from './quantities.ts';
import { readiness } from './readiness.ts';
import { sections } from './report.ts';
import { rewards } from './rewards.ts';
import { DEFAULT_POLICY, type GlucosePolicy } from './safety.ts';
import { viewOf } from './view.ts';

/** How the digital state comes about: the priors of the parameters, in the order of `dynamics`, and the assimilator. */
export interface Calibration {
  readonly parameters: readonly Prior[];
  readonly assimilator: Assimilator<GlucoseState>;
}

/**
 * The glucose twin under a site's policy. Refuses an age of stale readings outside 1 to 30 min with `glucose-policy-invalid`.
 */
export function createGlucosePack(policy: GlucosePolicy, calibration: Calibration = ownCalibration) {
  if (!(policy.staleMinutes >= 1 && policy.staleMinutes <= 30))
    throw glucoseErrors.error(
      'glucose-policy-invalid',
      `A reading cannot be called stale from ${policy.staleMinutes} min.`,
    );
  return {
    id: 'glucose',
    version: '0.1.0',
    title: 'Glucose in type 1 diabetes',
    entity: 'patient',
    intendedUse:
      'Study of how a person with type 1 diabetes on fast-acting insulin responds to meals and insulin: calibration, forecast with uncertainty, what-if, and options for bolus and basal insulin as drafts for a person to decide on. Research use.',
    notFor: [
      'treatment decisions',
      'alarms',
      'automatic delivery of insulin',
      'pregnancy',
      'children under two years',
      'diabetes other than type 1',
      'long-acting insulin',
      'critical illness',
    ],
    needs,
    // 1 physical state
    dynamics,
    parameters: calibration.parameters,
    // 2 observational data
    observes,
    // 3 control inputs
    controls,
    planned: plannedBasal,
    // 4 digital state
    assimilator: calibration.assimilator,
    applicability,
    readiness: (service, history, now) => readiness(service, history, now, policy),
    // 5 quantities of interest
    quantities,
    forecast: {
      // Fast-acting insulin and a meal have done most of their work within five hours.
      horizonMinutes: 300,
      stepMinutes: 5,
      signals: ['glucose.interstitial', 'glucose.sensor', 'insulin.on-board', 'carbohydrate.on-board'],
    },
    outOfRange,
    scores: [{ quantity: 'sensor-glucose', signal: 'glucose.interstitial', leadsMinutes: [15, 30, 60, 120, 240] }],
    // 6 rewards
    rewards,
    propose: (situation, weighed) => propose(situation, weighed, policy),
    decide: (situation, plans) => decide(situation, plans, policy),
    limits: limitsOf(policy),
    // what people see
    view: viewOf(policy.staleMinutes),
    advisories: (outlook, forecast) => advisories(outlook, forecast, policy),
    headline: (history, forecast, now) => headline(history, forecast, now, policy),
    reports: [agpReport],
    sections,
  } satisfies Pack<GlucoseState>;
}

/** The glucose twin as it comes. */
export const pack = createGlucosePack(DEFAULT_POLICY);
