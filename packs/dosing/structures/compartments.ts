import { LinearCompartments } from '@gemel/numerics/pk/linear-compartments';
import type { StructuralValues } from '../drug.ts';
import type { Structure } from '../structure.ts';

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
  const count = depots + 1 + peripherals;
  const central = depots;
  return {
    id: `compartments-${peripherals + 1}${depot ? '-oral' : ''}`,
    names: depot ? [...spaces, ...GUT] : spaces,
    sites: depot ? ['blood', 'gut'] : ['blood'],
    linear: true,
    // The last number is what has entered.
    rest: () => new Float64Array(count + 1),
    run(first, state) {
      const system = new LinearCompartments(depots, peripherals);
      let clearance = first.CL;
      let volume = first.VC;
      let rate = 0;
      let entered = 0;
      // Exposure under clearances that no longer hold.
      let settled = 0;
      const inside = () => {
        let sum = 0;
        for (let i = 0; i < count; i++) sum += system.amount(i);
        return sum;
      };
      const rates = new Float64Array(spaces.length);
      const absorption = new Float64Array(depots);
      const apply = (values: StructuralValues) => {
        clearance = values.CL;
        volume = values.VC;
        for (let i = 0; i < rates.length; i++) rates[i] = values[spaces[i]];
        if (depot) absorption[0] = values.KA;
        system.setRates(rates, absorption);
      };
      const reset = (from: Float64Array) => {
        system.clear();
        for (let i = 0; i < count; i++) if (from[i] !== 0) system.bolus(i, from[i]);
        rate = 0;
        entered = from[count];
        settled = 0;
      };
      apply(first);
      reset(state);
      const place = (site: 'blood' | 'gut') => (site === 'gut' ? 0 : central);
      return {
        change(values) {
          settled += (entered - inside()) / clearance;
          entered = inside();
          apply(values);
        },
        give(site, amount) {
          system.bolus(place(site), amount);
          entered += amount;
        },
        addRate(site, change) {
          system.addRate(place(site), change);
          rate += change;
        },
        advance(hours) {
          system.advance(hours);
          entered += rate * hours;
        },
        concentration: () => (perMg * system.amount(central)) / volume,
        /** All that entered and is not there any more was cleared from the central space. */
        exposure: () => perMg * (settled + (entered - inside()) / clearance),
        begin() {
          settled = 0;
          entered = inside();
        },
        state() {
          const out = new Float64Array(count + 1);
          for (let i = 0; i < count; i++) out[i] = Math.max(0, system.amount(i));
          out[count] = entered + settled * clearance;
          return out;
        },
        reset,
        renew() {
          system.renew();
          rate = 0;
          entered += settled * clearance;
          settled = 0;
        },
      };
    },
  };
}
