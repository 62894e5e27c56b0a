import { compileFlow } from '../des/compile.ts';
import type { Schedule } from '../des/flow.ts';
import { meanEstimate } from '../des/replicate.ts';
import { World } from '../des/world.ts';
import { indexedDraws } from '../random/philox.ts';
import { type CentreOptions, hourlyRates, OPEN, treatmentCentre } from './treatment-centre.ts';

const REPLICATIONS = 1000;
const QUEUES = ['triage', 'stabilisation', 'trauma treatment', 'registration', 'examination', 'treatment'];
const ROOMS = ['triage', 'trauma room', 'trauma cubicle', 'registration', 'examination', 'treatment cubicle'];
const FIGURES = [
  ...QUEUES.map((queue) => `wait, ${queue}`),
  ...ROOMS.map((room) => `utilisation, ${room}`),
  'stay, trauma',
  'stay, minor',
  'patients who left within the run',
];
const unit = (figure: string) => (/^(wait|stay)/.test(figure) ? 'min' : '');
const VARIANTS = [
  { name: 'as the program draws', treatment: 'program' },
  { name: 'as documented', treatment: 'documented' },
] as const;
/** Cells that a second cubicle for trauma cannot change. */
const UNTOUCHED = ['wait, triage', 'wait, stabilisation', 'wait, registration', 'wait, examination', 'wait, treatment'];

/** The figures of one run; a wait that nobody had is NaN. */
function figures(world: World): readonly number[] {
  const { flow } = world;
  const queue = (name: string) => world.allocation.waits[flow.seizes.findIndex((seize) => seize.name === name)];
  const room = (name: string) => flow.resources.findIndex((resource) => resource.name === name);
  const mean = (tally: { count: number; mean: number }) => (tally.count > 0 ? tally.mean : Number.NaN);
  return [
    ...QUEUES.map((name) => mean(queue(name))),
    ...ROOMS.map((name) => world.allocation.use[room(name)].mean(world.now) / world.allocation.capacities[room(name)]),
    mean(world.tallies.get('stay, trauma')!),
    mean(world.tallies.get('stay, minor')!),
    world.stays[0].count,
  ];
}

function replications(options: CentreOptions, count: number): readonly (readonly number[])[] {
  const flow = compileFlow(treatmentCentre(options));
  return Array.from({ length: count }, (_, replication) => {
    const world = new World(flow, (name) => indexedDraws(42, replication, name));
    world.run(OPEN);
    return figures(world);
  });
}

const identical = 'share of cells before the trauma cubicle that a second one leaves as they were, to the bit';

export default {
  id: 'nelson2013',
  title: 'A treatment centre with arrivals that change by the hour: 1,000 replications',
  citation:
    'B. L. Nelson, Foundations and Methods of Stochastic Simulation, Springer 2013, exercise 13; parameters of TomMonks/treatment-centre-sim',
  data: ['reference/treatment-centre/ed_arrivals.csv'],
  slow: false,
  rows: [
    ...VARIANTS.flatMap(({ name }) =>
      FIGURES.flatMap((figure) => [
        { name: `${figure}, ${name}`, source: 'mean, reported', unit: unit(figure), expected: null },
        {
          name: `${figure}, ${name}: ±`,
          source: 'half the 95 % interval, reported',
          unit: unit(figure),
          expected: null,
        },
      ]),
    ),
    { name: identical, source: 'common random numbers', unit: '', expected: 1, tolerance: 0 },
  ],
  run({ read }: { read(path: string): Uint8Array }) {
    const rates: Schedule = hourlyRates(new TextDecoder().decode(read('reference/treatment-centre/ed_arrivals.csv')));
    const values: Record<string, number> = {};
    for (const { name, treatment } of VARIANTS) {
      const runs = replications({ rates, treatment }, REPLICATIONS);
      FIGURES.forEach((figure, i) => {
        const { mean, half } = meanEstimate(runs.map((run) => run[i]).filter((value) => !Number.isNaN(value)));
        values[`${figure}, ${name}`] = mean;
        values[`${figure}, ${name}: ±`] = half;
      });
    }
    const one = replications({ rates, treatment: 'program' }, 100);
    const two = replications({ rates, treatment: 'program', capacities: { 'trauma cubicle': 2 } }, 100);
    let same = 0;
    for (const figure of UNTOUCHED) {
      const i = FIGURES.indexOf(figure);
      one.forEach((run, r) => {
        if (Object.is(run[i], two[r][i])) same++;
      });
    }
    values[identical] = same / (one.length * UNTOUCHED.length);
    return values;
  },
};
