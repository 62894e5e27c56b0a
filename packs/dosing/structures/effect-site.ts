import { LinearCompartments } from '@gemel/numerics/pk/linear-compartments';
import type { StructuralValues } from '../drug.ts';
import type { Structure, StructureRun } from '../structure.ts';

/** A run that also tells the concentration where the drug acts. */
export interface EffectSiteRun extends StructureRun {
  /** In the drug's unit. */
  effect(): number;
}

export interface EffectSiteStructure extends Structure {
  run(values: StructuralValues, state: Float64Array): EffectSiteRun;
}

const SPACES = ['CL', 'VC', 'Q', 'VP', 'Q2', 'VP2'] as const;
/** Volume of the effect site over the central one: it takes a thousand-millionth of the drug. */
const SHARE = 1e-9;

/**
 * Linear compartments with a site of effect that follows the plasma by first order, Ce' = KE0 (Cp − Ce) (Sheiner and others
 * 1979, Clin Pharmacol Ther 25:358): one more space in exchange with the central one, of a volume so small that the plasma
 * does not notice, so that it is exact between doses as they are. Names: those of the spaces (L/h, L), KE0 (1/h). `perMg`: how
 * many of the drug's unit of concentration are 1 mg/L.
 */
export function effectSite(peripherals: 1 | 2, perMg = 1): EffectSiteStructure {
  const spaces = SPACES.slice(0, 2 * (peripherals + 1));
  const site = peripherals + 1;
  const count = peripherals + 2;
  return {
    id: `compartments-${peripherals + 1}-effect`,
    names: [...spaces, 'KE0'],
    sites: ['blood'],
    // The last number is what has entered.
    rest: () => new Float64Array(count + 1),
    run(first, state) {
      const system = new LinearCompartments(0, count - 1);
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
      const effect = () => system.amount(site) / (SHARE * volume);
      const apply = (values: StructuralValues) => {
        clearance = values.CL;
        volume = values.VC;
        const own = spaces.map((name) => values[name]);
        system.setRates([...own, values.KE0 * SHARE * volume, SHARE * volume], []);
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
      return {
        change(values) {
          const before = effect();
          settled += (entered - inside()) / clearance;
          apply(values);
          // The concentration at the site stays, whatever its volume.
          system.bolus(site, before * SHARE * volume - system.amount(site));
          entered = inside();
        },
        give(_, amount) {
          system.bolus(0, amount);
          entered += amount;
        },
        addRate(_, change) {
          system.addRate(0, change);
          rate += change;
        },
        advance(hours) {
          system.advance(hours);
          entered += rate * hours;
        },
        concentration: () => (perMg * system.amount(0)) / volume,
        effect: () => perMg * effect(),
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
      };
    },
  };
}
