import type { Pack } from '@gemel/runtime/pack';
import { assimilator } from './calibrate.ts';
import { advisories, applicability, decide, headline, propose, readiness, rewards } from './decide.ts';
import { forecast, quantities, scores } from './forecast.ts';
import { limits } from './limits.ts';
import { type BodyState, dynamics } from './model.ts';
import { controls, needs, observes } from './observe.ts';
import { parameters } from './population.ts';

/** The twin of a feverish adult's core temperature under a cooling blanket, in the order of the loop. */
export const pack = {
  id: 'body-temperature',
  version: '0.1.0',
  title: 'Body temperature',
  entity: 'patient',
  intendedUse:
    'Research on forecasts of core temperature in adults with fever, with and without a water-circulating blanket.',
  notFor: ['Clinical use.', 'Children.', 'Therapeutic hypothermia.'],
  needs,
  dynamics,
  parameters,
  observes,
  controls,
  assimilator,
  quantities,
  forecast,
  scores,
  rewards,
  limits,
  applicability,
  readiness,
  propose,
  decide,
  advisories,
  headline,
} satisfies Pack<BodyState>;
