import type { Site } from '../structure.ts';

/** A drug's spaces as text of a model of equations. */
export interface Disposition {
  readonly parameters: Readonly<Record<string, string>>;
  readonly states: Readonly<Record<string, string>>;
  /** Of the spaces other than the central one. */
  readonly equations: Readonly<Record<string, string>>;
  /** What enters the central space from the others, less what leaves it for them, mg/h; empty or with its sign. */
  readonly exchange: string;
  readonly sites: Readonly<Partial<Record<Site, string>>>;
}

/**
 * A central space that nothing leaves for good yet: with a peripheral one or none in exchange with the concentration that `concentration`
 * names, and with `depot` a gut that empties into it by first order. Names: VC; Q, VP; KA (L, L/h, 1/h).
 */
export function disposition(peripherals: 0 | 1, depot: boolean, concentration: string): Disposition {
  const source = 'linear compartments';
  const exchanging = peripherals === 1;
  return {
    parameters: {
      VC: `10 : L : central volume : ${source}`,
      ...(exchanging && {
        Q: `1 : L/h : clearance of exchange : ${source}`,
        VP: `10 : L : peripheral volume : ${source}`,
      }),
      ...(depot && { KA: `1 : /h : rate of absorption : ${source}` }),
    },
    states: {
      ...(depot && { gut: `0 : mg : drug in the gut : ${source}` }),
      central: `0 : mg : drug in the central space : ${source}`,
      ...(exchanging && { peripheral: `0 : mg : drug in the peripheral space : ${source}` }),
    },
    equations: {
      ...(depot && { gut: '-KA*gut' }),
      ...(exchanging && { peripheral: `Q*${concentration} - Q/VP*peripheral` }),
    },
    exchange: `${depot ? ' + KA*gut' : ''}${exchanging ? ` - Q*${concentration} + Q/VP*peripheral` : ''}`,
    sites: { blood: 'central', ...(depot && { gut: 'gut' }) },
  };
}
