import type { StructuralValues } from '../drug.ts';
import type { Site, Structure } from '../structure.ts';
import { ClearedCompartments } from './cleared-compartments.ts';

const SPACES = ['CL', 'VC', 'Q', 'VP', 'Q2', 'VP2'] as const;
const GUT = ['KA', 'ALAG', 'F', 'D'] as const;

/**
 * One to three linear compartments, exact between doses; with `depot` also doses by mouth, absorbed by first order. Names: CL,
 * VC, Q, VP, Q2, VP2 (L/h, L); KA (1/h), ALAG (lag, h), F (share absorbed), D (h over which a dose enters the gut). `perMg`:
 * how many of the drug's unit of concentration are 1 mg/L.
 */
export function compartments(peripherals: 0 | 1 | 2, depot: boolean, perMg = 1): Structure {
  const spaces = SPACES.slice(0, 2 * (peripherals + 1));
  const depots = depot ? 1 : 0;
  const central = depots;
  return {
    id: `compartments-${peripherals + 1}${depot ? '-oral' : ''}`,
    names: depot ? [...spaces, ...GUT] : spaces,
    sites: depot ? ['blood', 'gut'] : ['blood'],
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
        if (depot) absorption[0] = values.KA;
        held.setRates(rates, absorption);
      };
      change(first);
      held.reset(state);
      const place = (site: Site) => (site === 'gut' ? 0 : central);
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
      };
    },
  };
}
