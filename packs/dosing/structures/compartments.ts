import type { StructuralValues } from '../drug.ts';
import type { Site, Structure, Way } from '../structure.ts';
import { ClearedCompartments } from './cleared-compartments.ts';

const SPACES = ['CL', 'VC', 'Q', 'VP', 'Q2', 'VP2'] as const;

/** By first order from a depot of its own, or straight into the central space. */
export type Entering = 'first-order' | 'zero-order';

/**
 * One to three linear compartments, exact between doses; with `depot` also doses by mouth, absorbed by first order. Names: CL,
 * VC, Q, VP, Q2, VP2 (L/h, L); KA (1/h), ALAG (lag, h), F (share absorbed), D (h over which a dose enters the gut). `perMg`:
 * how many of the drug's unit of concentration are 1 mg/L.
 */
export function compartments(peripherals: 0 | 1 | 2, depot: boolean, perMg = 1): Structure {
  return parallel(peripherals, depot ? ['first-order'] : [], perMg);
}

/**
 * As `compartments`, where each dose by mouth takes one way or several at once, two by first order at most. Names of the second way end in
 * 2, of the third in 3 (KA2, ALAG2, F2, D2); F, F2, F3 are the shares of a dose that take each.
 */
export function parallel(peripherals: 0 | 1 | 2, entering: readonly Entering[], perMg = 1): Structure {
  const spaces = SPACES.slice(0, 2 * (peripherals + 1));
  const absorbing: string[] = [];
  const names: string[] = [...spaces];
  const ways = entering.map((order, i): Way => {
    const [ka, lag, share, duration] = ['KA', 'ALAG', 'F', 'D'].map((name) => `${name}${i === 0 ? '' : i + 1}`);
    const site = order === 'zero-order' ? 'blood' : absorbing.length === 0 ? 'gut' : 'gut2';
    if (order === 'first-order') {
      absorbing.push(ka);
      names.push(ka);
    }
    names.push(lag, share, duration);
    return { site, lag, share, duration };
  });
  const depots = absorbing.length;
  const central = depots;
  const plain = entering.length === 1 && depots === 1;
  return {
    id: ['compartments', peripherals + 1, ...(plain ? ['oral'] : entering)].join('-'),
    names,
    sites: ['blood', ...(['gut', 'gut2'] as const).slice(0, depots)],
    ways,
    linear: true,
    rest: () => new Float64Array(ClearedCompartments.numbers(depots, peripherals)),
    run(first, state) {
      const held = new ClearedCompartments(depots, peripherals);
      const { system } = held;
      let volume = first.VC;
      const rates = new Float64Array(spaces.length);
      const absorption = new Float64Array(depots);
      const change = (values: StructuralValues) => {
        volume = values.VC;
        for (let i = 0; i < rates.length; i++) rates[i] = values[spaces[i]];
        for (let d = 0; d < depots; d++) absorption[d] = values[absorbing[d]];
        held.setRates(rates, absorption);
      };
      change(first);
      held.reset(state);
      const place = (site: Site) => (site === 'blood' ? central : site === 'gut' ? 0 : 1);
      return {
        change,
        give: (site, amount) => held.give(place(site), amount),
        addRate: (site, rate) => held.addRate(place(site), rate),
        advance: (hours) => held.advance(hours),
        concentration: () => (perMg * system.amount(central)) / volume,
        exposure: () => perMg * held.exposure(),
        begin: () => held.begin(),
        state: () => held.state(),
        reset: (from) => held.reset(from),
        renew: () => held.renew(),
        sweep(hours, count, concentration, exposure, at) {
          held.sweep(hours, count, concentration, exposure, at);
          for (let s = at; s < at + count; s++) {
            concentration[s] = (perMg * concentration[s]) / volume;
            exposure[s] *= perMg;
          }
        },
      };
    },
  };
}
