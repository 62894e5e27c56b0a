import type { EffectSiteModel } from '../../anaesthetic.ts';
import { effectSite } from '../../structures/effect-site.ts';

const SOURCE = 'adult parameters';

/**
 * Three compartments in proportion to the body weight. The source has no site of effect; two rates are in use with it: the
 * Diprifusor's 0.26/min, and 1.2/min, by which the effect peaks as soon as it was seen to (Struys and others 2000,
 * Anesthesiology 92:399). No variability between patients was published.
 */
function marsh(ke0: number, id: string, title: string, source: string): EffectSiteModel {
  return {
    id,
    title,
    citation: 'Marsh B et al., Br J Anaesth 1991;67:41-48, doi:10.1093/bja/67.1.41',
    population: 'parameters for adults, from which those for 30 children were made; ke0 from others',
    subjects: 30,
    ranges: [
      { covariate: 'age', low: 16, high: 100, outside: 'refused' },
      { covariate: 'weight', low: 30, high: 150, outside: 'refused' },
    ],
    exclusions: [],
    structure: effectSite(2),
    theta: [
      { name: 'V1', value: 0.228, unit: 'L/kg', meaning: 'central volume', source: SOURCE },
      { name: 'k10', value: 0.119, unit: '/min', meaning: 'rate of elimination', source: SOURCE },
      { name: 'k12', value: 0.112, unit: '/min', meaning: 'rate to the first peripheral space', source: SOURCE },
      { name: 'k13', value: 0.042, unit: '/min', meaning: 'rate to the second peripheral space', source: SOURCE },
      { name: 'k21', value: 0.055, unit: '/min', meaning: 'rate from the first peripheral space', source: SOURCE },
      { name: 'k31', value: 0.0033, unit: '/min', meaning: 'rate from the second peripheral space', source: SOURCE },
      { name: 'ke0', value: ke0, unit: '/min', meaning: 'rate of the site of effect', source },
    ],
    needs: ['age', 'weight'],
    typical(t, { weight }) {
      const VC = t.V1 * weight!;
      return {
        CL: 60 * t.k10 * VC,
        VC,
        Q: 60 * t.k12 * VC,
        VP: (t.k12 / t.k21) * VC,
        Q2: 60 * t.k13 * VC,
        VP2: (t.k13 / t.k31) * VC,
        KE0: 60 * t.ke0,
      };
    },
  };
}

export const marsh1991 = marsh(0.26, 'marsh1991', 'Marsh 1991, Diprifusor', 'Diprifusor');
export const marsh1991Modified = marsh(1.2, 'marsh1991-modified', 'Marsh 1991, modified', 'Struys 2000');
