import type { Assimilator } from '@gemel/runtime/pack';
import { particleAssimilator } from '@gemel/runtime/particle';
import { type BodyState, dynamics } from './model.ts';
import { logLikelihood } from './observe.ts';
import { draw } from './population.ts';

/** All three parameters are personal; a bootstrap particle filter over the record, and on with each new reading. */
export const assimilator: Assimilator<BodyState> = particleAssimilator({
  dynamics,
  count: 300,
  draw: (random) => draw(random),
  logLikelihood: (observation, member) => logLikelihood(observation, member.state.temperature),
  // Copies of one member part by a fiftieth of a rate and a fiftieth of a degree.
  jitter: ([setPoint, regulation, exchange], random) =>
    Float64Array.of(
      setPoint! + 0.02 * random.normal(),
      regulation! * Math.exp(0.02 * random.normal()),
      exchange! * Math.exp(0.02 * random.normal()),
    ),
});
