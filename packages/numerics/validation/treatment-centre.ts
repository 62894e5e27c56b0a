import { exponential, logNormalOf, normalAboveZero } from '../des/duration.ts';
import { type Flow, type Schedule, type Step, serve } from '../des/flow.ts';

/** Minutes that the centre is open. */
export const OPEN = 19 * 60;

export interface CentreOptions {
  /** Arrivals per minute by the hour, from opening. */
  readonly rates: Schedule;
  /** Treatment of trauma patients as documented (lognormal), or as the published program draws it (exponential of mean 90). */
  readonly treatment: 'documented' | 'program';
  /** Rooms and staff other than the published ones. */
  readonly capacities?: Readonly<Record<string, number>>;
}

/**
 * A treatment centre whose arrivals change by the hour: B. L. Nelson, Foundations and Methods of Stochastic Simulation (2013),
 * exercise 13, with the parameters of the public model treatment-centre-sim. Minutes.
 */
export function treatmentCentre({ rates, treatment, capacities = {} }: CentreOptions): Flow {
  const rooms = {
    triage: 1,
    registration: 1,
    examination: 3,
    'trauma room': 2,
    'trauma cubicle': 1,
    'treatment cubicle': 1,
    ...capacities,
  };
  const stay = (name: string): Step => ({ kind: 'tally', name, value: (who, world) => world.now - who.born });
  const traumaTreatment = treatment === 'documented' ? logNormalOf(30, 4) : exponential(90);
  return {
    resources: Object.fromEntries(Object.entries(rooms).map(([name, capacity]) => [name, { capacity }])),
    sources: { patient: { arrivals: { kind: 'poisson', rate: rates, until: OPEN }, route: 'arrival' } },
    routes: {
      arrival: [
        ...serve('triage', 'triage', exponential(3)),
        { kind: 'branch', name: 'trauma?', to: { trauma: 0.12, minor: 0.88 } },
      ],
      trauma: [
        ...serve('stabilisation', 'trauma room', exponential(90)),
        ...serve('trauma treatment', 'trauma cubicle', traumaTreatment),
        stay('stay, trauma'),
      ],
      minor: [
        ...serve('registration', 'registration', logNormalOf(5, 2)),
        ...serve('examination', 'examination', normalAboveZero(16, 3)),
        { kind: 'branch', name: 'treated?', to: { treated: 0.6 } },
        stay('stay, minor'),
      ],
      treated: [...serve('treatment', 'treatment cubicle', logNormalOf(13.3, 2)), stay('stay, minor')],
    },
  };
}

/** Rates per hour from the lines of `ed_arrivals.csv`, as a schedule per minute. */
export function hourlyRates(csv: string): Schedule {
  const values = csv
    .trim()
    .split(/\r?\n/)
    .slice(1)
    .map((line) => Number(line.split(',')[1]) / 60);
  // The table ends an hour before the centre closes: nobody comes then.
  return { times: [...values.keys(), values.length].map((hour) => hour * 60), values: [...values, 0] };
}
