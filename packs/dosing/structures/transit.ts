import { rodas5p } from '@gemel/numerics/ode/rodas5p';
import { tsit5 } from '@gemel/numerics/ode/tsit5';
import { logGamma } from '@gemel/numerics/special/gamma';
import { gammaQ } from '@gemel/numerics/special/incomplete-gamma';
import type { Structure } from '../structure.ts';
import { disposition } from './disposition.ts';
import { type Entry, equations } from './equations.ts';

const SOURCE = 'Savic and others 2007, doi:10.1007/s10928-007-9066-0';
const LINEAR = 'linear compartments';

/** Rate at which a dose leaves each of NN compartments and the first one before them, 1/h. */
const transitRate = (NN: number, MTT: number) => (NN + 1) / MTT;

/** A dose passes NN compartments, NN any number, in the mean in MTT hours: a gamma density of order NN + 1. */
const passing: Entry = {
  state: 'gut',
  names: ['MTT', 'NN'],
  rate(hours, { MTT, NN }) {
    const k = transitRate(NN, MTT);
    if (hours <= 0) return NN === 0 ? k : 0;
    return k * Math.exp(NN * Math.log(k * hours) - k * hours - logGamma(NN + 1));
  },
  left: (hours, { MTT, NN }) => gammaQ(NN + 1, transitRate(NN, MTT) * hours),
};

const linear = (peripherals: 0 | 1) => {
  const spaces = disposition(peripherals, true, 'concentration');
  return {
    ...spaces,
    parameters: { CL: `1 : L/h : clearance : ${LINEAR}`, ...spaces.parameters },
    definitions: { concentration: `central/VC : mg/L : concentration : ${LINEAR}` },
    central: `-CL*concentration${spaces.exchange}`,
  };
};

/**
 * Linear compartments; doses by mouth pass a chain of NN compartments, which need not be a whole number, on their way to the
 * gut. Doses may follow each other before the ones before have passed. Names: CL, those of the spaces, KA, MTT (h), NN, ALAG, F.
 */
export function transitAbsorption(peripherals: 0 | 1, perMg = 1): Structure {
  const { parameters, definitions, states, equations: rates, central, sites } = linear(peripherals);
  return equations({
    text: {
      id: `transit-${peripherals + 1}`,
      title: 'Absorption through transit compartments',
      time: 'h',
      parameters,
      definitions,
      states: { ...states, exposure: '0 : mg.h/L : concentration over time : what targets are of' },
      equations: { ...rates, central, exposure: 'concentration' },
    },
    sites: { blood: sites.blood! },
    entry: passing,
    reads: 'concentration',
    perMg,
    stepping: { solver: tsit5, relative: 1e-8, absolute: 1e-10 },
  });
}

/** The same with a chain of `steps` compartments written out, each left at the rate (steps + 1)/MTT. Names: MTT (h) and no NN. */
export function transitChain(peripherals: 0 | 1, steps: number, perMg = 1): Structure {
  const { parameters, definitions, states, equations: rates, central, sites } = linear(peripherals);
  const chain = Array.from({ length: steps + 1 }, (_, i) => `transit${i}`);
  return equations({
    text: {
      id: `transit-chain-${steps}-${peripherals + 1}`,
      title: `Absorption through ${steps} transit compartments`,
      time: 'h',
      parameters: { ...parameters, MTT: `1 : h : mean time of transit : ${SOURCE}` },
      definitions: { ...definitions, pace: `${steps + 1}/MTT : /h : rate of each transit : ${SOURCE}` },
      states: {
        ...Object.fromEntries(chain.map((name, i) => [name, `0 : mg : transit compartment ${i} : ${SOURCE}`])),
        ...states,
        exposure: '0 : mg.h/L : concentration over time : what targets are of',
      },
      equations: {
        ...Object.fromEntries(
          chain.map((name, i) => [name, i === 0 ? `-pace*${name}` : `pace*${chain[i - 1]} - pace*${name}`]),
        ),
        ...rates,
        gut: `pace*${chain.at(-1)} - KA*gut`,
        central,
        exposure: 'concentration',
      },
    },
    sites: { ...sites, gut: chain[0] },
    reads: 'concentration',
    perMg,
    stepping: { solver: rodas5p, relative: 1e-8, absolute: 1e-10 },
  });
}
