import type { Distribution } from '@gemel/core';
import { logNormal, normal } from '@gemel/core';
import type { RandomStream } from '@gemel/numerics';
import type { Parameters } from '@gemel/runtime/dynamics';
import type { Prior } from '@gemel/runtime/pack';

/**
 * Exchange with a water-circulating blanket: 1.33 ± 0.63 Cel/h in ten adults (Hoedemaekers 2007), read as the initial rate of
 * fall over the 33 Cel from 37 Cel to water at 4 Cel. The spread is taken on the log scale.
 */
const EXCHANGE = 1.33 / 33;
const EXCHANGE_SD = 0.63 / 1.33;

/** value : unit : meaning : source, one line each, in the order of model.ts. */
export const parameters: readonly Prior[] = [
  {
    name: 'setPoint',
    value: 38.5,
    unit: 'Cel',
    meaning: 'temperature the body strives for',
    source: 'assumed: fevers of 37.3 to 39.7 Cel',
    personal: true,
    sd: 0.6,
  },
  {
    name: 'regulation',
    value: 0.35,
    unit: '/h',
    meaning: 'rate at which it gets there',
    source: 'assumed: half-time of two hours',
    personal: true,
    sd: 0.5,
    scale: 'log',
  },
  {
    name: 'exchange',
    value: EXCHANGE,
    unit: '/h',
    meaning: 'rate of exchange with a blanket',
    source: 'Hoedemaekers, Crit Care 2007;11:R91, doi:10.1186/cc6104',
    personal: true,
    sd: EXCHANGE_SD,
    scale: 'log',
  },
];

/** The same as distributions. */
export const priors: readonly Distribution[] = parameters.map(({ value, sd, scale }) =>
  scale === 'log' ? logNormal(Math.log(value), sd!) : normal(value, sd!),
);

export function draw(random: RandomStream): Parameters {
  return Float64Array.from(priors, (prior) => prior.sample(random));
}
