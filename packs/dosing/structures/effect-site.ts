import type { StructuralValues } from '../drug.ts';
import type { Structure, StructureRun } from '../structure.ts';
import { ClearedCompartments } from './cleared-compartments.ts';

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
  return {
    id: `compartments-${peripherals + 1}-effect`,
    names: [...spaces, 'KE0'],
    sites: ['blood'],
    rest: () => new Float64Array(ClearedCompartments.numbers(0, site)),
    run(first, state) {
      const held = new ClearedCompartments(0, site);
      const { system } = held;
      let volume = first.VC;
      const effect = () => system.amount(site) / (SHARE * volume);
      const apply = (values: StructuralValues) => {
        volume = values.VC;
        const own = spaces.map((name) => values[name]);
        held.setRates([...own, values.KE0 * SHARE * volume, SHARE * volume], []);
      };
      apply(first);
      held.reset(state);
      return {
        change(values) {
          const before = effect();
          apply(values);
          // The concentration at the site stays, whatever its volume.
          held.give(site, before * SHARE * volume - system.amount(site));
        },
        give: (_, amount) => held.give(0, amount),
        addRate: (_, rate) => held.addRate(0, rate),
        advance: (hours) => held.advance(hours),
        concentration: () => (perMg * system.amount(0)) / volume,
        effect: () => perMg * effect(),
        exposure: () => perMg * held.exposure(),
        begin: () => held.begin(),
        state: () => held.state(),
        reset: (from) => held.reset(from),
        renew: () => held.renew(),
      };
    },
  };
}
