import type { CovariateRange, DrugModel, ModelParameter } from '../../drug.ts';
import { michaelisMenten } from '../../structures/michaelis-menten.ts';

const SOURCE = 'Table 3';
const CITATION =
  'Friberg LE et al., Antimicrob Agents Chemother 2012;56:3032-3042, doi:10.1128/AAC.05761-11; as in nlmixr2lib, which traces each number to Table 3';

const fromLogit = (x: number) => 1 / (1 + Math.exp(-x));

const theta: readonly ModelParameter[] = [
  { name: 'CL', value: 6.16, unit: 'L/h', meaning: 'clearance of first order at 70 kg', source: SOURCE },
  { name: 'VMAX', value: 114, unit: 'mg/h', meaning: 'largest rate in the first hour at 70 kg', source: SOURCE },
  { name: 'KM', value: 1.15, unit: 'mg/L', meaning: 'concentration of half that rate', source: SOURCE },
  {
    name: 'waned',
    value: 1.5,
    unit: '1',
    meaning: 'share of the largest rate that is lost, on the logit scale',
    source: SOURCE,
  },
  { name: 'T50', value: 2.41, unit: 'h', meaning: 'when half of it is lost', source: SOURCE },
  { name: 'VC', value: 79, unit: 'L', meaning: 'central volume at 70 kg', source: SOURCE },
  { name: 'VP', value: 103, unit: 'L', meaning: 'peripheral volume at 70 kg', source: SOURCE },
  { name: 'Q', value: 15.5, unit: 'L/h', meaning: 'clearance of exchange at 70 kg', source: SOURCE },
  { name: 'absorbed', value: 0.585, unit: '1', meaning: 'share absorbed, on the logit scale', source: SOURCE },
  { name: 'boxCox', value: 0.367, unit: '1', meaning: 'shape of the spread of that', source: SOURCE },
];

const row = (name: string, value: number, unit: string, meaning: string): ModelParameter => ({
  ...{ name, value, unit, meaning },
  source: SOURCE,
});

const structure = michaelisMenten({ peripherals: 1, depot: true, linear: true, waning: true });

/** A weight’s share of 70 kg: of clearances and the largest rate by the power 0.75. */
const sized = (weight: number) => ({ flow: (weight / 70) ** 0.75, volume: weight / 70 });

/** Values that carry the spread to those of the structure: the largest rate varies as a power of KM, the share absorbed by Box and Cox. */
function derived({ VMAX, KM, typicalKM, along, ABSORBED, logitF, boxCox, ...rest }: Readonly<Record<string, number>>) {
  const shift = (Math.exp(boxCox * ABSORBED) - 1) / boxCox;
  return { ...rest, KM, VMAX: VMAX * (KM / typicalKM) ** along, F: fromLogit(logitF + shift) };
}

const WEIGHT: CovariateRange = { covariate: 'weight', low: 10.8, high: 97, outside: 'stated' };

const shared = {
  citation: CITATION,
  structure,
  scales: { ABSORBED: 'normal' },
  derived,
} as const;

/**
 * Adults: linear and saturable clearance side by side; the saturable one wanes within hours, wholly where CYP2C19 is intermediate or poor.
 * The largest rate varies with KM, as its power 0.584. The residual error is that after doses by mouth; into a vein it was less (0.0912).
 * From healthy volunteers under close control: the spread of patients is larger.
 * How the spread of the largest rate hangs on KM’s stands in a footnote; it is read as nlmixr2lib does, which gives Table 4’s coefficients of variation.
 */
export const friberg2012: DrugModel = {
  ...shared,
  id: 'friberg2012',
  title: 'Friberg 2012, adults',
  population: 'healthy adults; modelled with 138 children and adolescents',
  subjects: 35,
  ranges: [WEIGHT, { covariate: 'age', low: 22, high: 55, outside: 'stated' }],
  exclusions: [{ code: 'child', statement: 'made from adults.', holds: ({ age }) => age !== undefined && age < 17 }],
  theta: [
    ...theta,
    row('KA', 100, '/h', 'rate of absorption, held'),
    row('ALAG', 0.949, 'h', 'lag of absorption'),
    row('along', 0.584, '1', 'power of KM by which the largest rate varies'),
  ],
  // Printed as standard deviations.
  omega: { KM: 1.36 ** 2, CL: 0.435 ** 2, VC: 0.136 ** 2, VP: 0.769 ** 2, Q: 0.424 ** 2, ABSORBED: 0.686 ** 2 },
  sigma: { proportional: 0.0912 ** 2 + 0.132 ** 2 },
  needs: ['age', 'weight', 'cyp2c19Activity'],
  typical: (t, { weight, cyp2c19Activity }) => {
    const { flow, volume } = sized(weight!);
    return {
      ...{ CL: t.CL * flow, VMAX: t.VMAX * flow, Q: t.Q * flow, VC: t.VC * volume, VP: t.VP * volume },
      ...{ KM: t.KM, typicalKM: t.KM, along: t.along, T50: t.T50 },
      VINH: cyp2c19Activity! < 2 ? 1 : fromLogit(t.waned),
      ...{ KA: t.KA, ALAG: t.ALAG, D: 0, ABSORBED: 0, logitF: t.absorbed, boxCox: t.boxCox },
    };
  },
};

/**
 * Children and adolescents: exchange is faster, the lag shorter; CYP2C19 was without effect. Spread of clearance: 2.7 times that of adults.
 * In children the largest rate varies by itself, with a correlation to KM of 0.81; in adolescents as KM to the power 0.208. Residual error of the
 * later studies, with the variation of its size between persons (0.456 on the log scale) taken into it.
 */
const young = (child: boolean): DrugModel => ({
  ...shared,
  id: child ? 'friberg2012children' : 'friberg2012adolescents',
  title: child ? 'Friberg 2012, children' : 'Friberg 2012, adolescents',
  population: child
    ? 'children with a weakened immune system, most after transplantation'
    : 'adolescents with a weakened immune system, most after transplantation',
  subjects: child ? 112 : 26,
  exclusions: [],
  ranges: [WEIGHT, { covariate: 'age', low: child ? 2 : 12, high: child ? 11.999 : 16.999, outside: 'refused' }],
  theta: [
    ...theta,
    row('faster', 0.637, '1', 'by how much exchange is faster than in adults'),
    row('KA', 1.19, '/h', 'rate of absorption of children'),
    row('adolescentOnKA', -0.615, '1', 'change of adolescents'),
    row('lag', 0.949, 'h', 'lag of absorption of adults'),
    row('lessLag', -0.874, '1', 'change of the lag'),
    row('childOnWaned', -0.39, '1', 'change of children under 12 years, on the logit scale'),
    row('along', child ? 0 : 0.208, '1', 'power of KM by which the largest rate varies'),
  ],
  omega: {
    names: ['KM', ...(child ? ['VMAX'] : []), 'CL', 'VC', 'VP', 'Q', 'KA', 'ABSORBED'],
    matrix: spread(child),
  },
  sigma: { proportional: 0.365 ** 2 * Math.exp(2 * 0.456 ** 2) },
  needs: ['age', 'weight'],
  typical: (t, { weight }) => {
    const { flow, volume } = sized(weight!);
    return {
      ...{ CL: t.CL * flow, VMAX: t.VMAX * flow, VC: t.VC * volume, VP: t.VP * volume },
      Q: t.Q * flow * (1 + t.faster),
      ...{ KM: t.KM, typicalKM: t.KM, along: t.along, T50: t.T50 },
      VINH: fromLogit(t.waned + (child ? t.childOnWaned : 0)),
      KA: t.KA * (child ? 1 : 1 + t.adolescentOnKA),
      ALAG: t.lag * (1 + t.lessLag),
      ...{ D: 0, ABSORBED: 0, logitF: t.absorbed, boxCox: t.boxCox },
    };
  },
});

/** Covariance of the young: standard deviations as printed, of which two are correlated in children. */
function spread(child: boolean): readonly (readonly number[])[] {
  const deviations = [1.36, ...(child ? [0.239] : []), 0.435 * (1 + 1.7), 0.136, 0.769, 0.424, 0.898, 1.67];
  return deviations.map((a, i) =>
    deviations.map((b, j) => (i === j ? a * a : child && i + j === 1 ? 0.81 * a * b : 0)),
  );
}

export const friberg2012children = young(true);
export const friberg2012adolescents = young(false);
