import { defineValidation } from '@gemel/core/validation';
import { randomStream } from '@gemel/numerics';
import { candidatePairs } from '../identity/block.ts';
import { nhsNumber, npi } from '../identity/check-digit.ts';
import { fieldWeight } from '../identity/fellegi-sunter.ts';
import { type GeneratedPeople, generatePeople, ORDINARY } from '../identity/generate-people.ts';
import { jaroWinkler } from '../identity/jaro-winkler.ts';
import { type Candidate, linkPeople } from '../identity/link.ts';

/** Winkler's table of string comparators, the column with the adjustment for common beginnings alone. */
const ALIKE: readonly (readonly [string, string, number])[] = [
  ['SHACKLEFORD', 'SHACKELFORD', 0.982],
  ['DUNNINGHAM', 'CUNNIGHAM', 0.896],
  ['NICHLESON', 'NICHULSON', 0.956],
  ['JONES', 'JOHNSON', 0.832],
  ['MASSEY', 'MASSIE', 0.933],
  ['ABROMS', 'ABRAMS', 0.922],
  ['JERALDINE', 'GERALDINE', 0.926],
  ['MARTHA', 'MARHTA', 0.961],
  ['MICHELLE', 'MICHAEL', 0.921],
  ['JULIES', 'JULIUS', 0.933],
  ['TANYA', 'TONYA', 0.88],
  ['DWAYNE', 'DUANE', 0.84],
  ['SEAN', 'SUSAN', 0.805],
  ['JON', 'JOHN', 0.933],
  ['DIXON', 'DICKSONX', 0.813],
];
const nameOf = ([a, b]: readonly [string, string, number]) => `Jaro–Winkler: ${a} and ${b}`;

const SIZES = [300, 2_000] as const;
const SEED = 2026;
const shareRow = (size: number, what: string, atLeast?: number) => ({
  name: `${size} people: ${what}`,
  source: `generated, seed ${SEED}`,
  unit: '',
  expected: null,
  ...(atLeast === undefined ? {} : { atLeast }),
});

export default defineValidation({
  id: 'fellegi1969',
  title: 'Who is who: comparators and weights in print, precision and recall on invented people',
  citation:
    'Fellegi, Sunter. A theory for record linkage. J Am Stat Assoc, 1969, doi 10.1080/01621459.1969.10501049. Winkler. String comparator metrics and enhanced decision rules in the Fellegi-Sunter model of record linkage. Proc Sect Survey Res Methods, ASA, 1990; Overview of record linkage and current research directions, 2006. Blakely, Salmond. Probabilistic record linkage and a method to calculate the positive predictive value. Int J Epidemiol, 2002, doi 10.1093/ije/31.6.1246',
  data: [],
  slow: false,
  rows: [
    ...ALIKE.map((pair) => ({
      name: nameOf(pair),
      source: 'Winkler 1990, 2006',
      unit: '',
      expected: pair[2],
      tolerance: 0.0006,
    })),
    { name: 'weight of agreement: m 0.95, u 1/12', source: 'log2(m/u)', unit: '', expected: 3.511, tolerance: 0.001 },
    {
      name: 'weight of disagreement: m 0.95, u 1/12',
      source: 'log2((1−m)/(1−u))',
      unit: '',
      expected: -4.196,
      tolerance: 0.001,
    },
    { name: 'NHS number 943 476 5919 fits', source: 'NHS Data Dictionary', unit: '', expected: 1, tolerance: 0 },
    { name: 'NPI 1234567893 fits', source: 'CMS, check digit calculation', unit: '', expected: 1, tolerance: 0 },
    ...SIZES.flatMap((size) => [
      shareRow(size, 'share of true pairs that are compared', 0.98),
      shareRow(size, 'precision of links', 0.99),
      shareRow(size, 'share of true pairs linked at once'),
      shareRow(size, 'precision of links and reviews', 0.93),
      shareRow(size, 'recall of links and reviews', 0.95),
      shareRow(size, 'twins and family members linked at once'),
    ]),
  ],
  run() {
    const numbers: Record<string, number> = Object.fromEntries(
      ALIKE.map((pair) => [nameOf(pair), jaroWinkler(pair[0], pair[1])]),
    );
    numbers['weight of agreement: m 0.95, u 1/12'] = fieldWeight(0.95, 1 / 12);
    numbers['weight of disagreement: m 0.95, u 1/12'] = fieldWeight(0.05, 11 / 12);
    numbers['NHS number 943 476 5919 fits'] = Number(nhsNumber('943 476 5919') && !nhsNumber('943 476 5918'));
    numbers['NPI 1234567893 fits'] = Number(npi('1234567893') && !npi('1234567894'));
    for (const size of SIZES) {
      const people = generatePeople(size, 0.6, ORDINARY, randomStream(SEED, size));
      const found = linkPeople(people.records);
      const { right, all, compared, family } = countsOf(people);
      const links = found.filter(({ verdict }) => verdict === 'link');
      numbers[`${size} people: share of true pairs that are compared`] = compared / all;
      numbers[`${size} people: precision of links`] = right(links) / links.length;
      numbers[`${size} people: share of true pairs linked at once`] = right(links) / all;
      numbers[`${size} people: precision of links and reviews`] = right(found) / found.length;
      numbers[`${size} people: recall of links and reviews`] = right(found) / all;
      numbers[`${size} people: twins and family members linked at once`] = family(links);
    }
    return numbers;
  },
});

function countsOf({ records, truth }: GeneratedPeople) {
  const at = new Map(records.map(({ subject }, i) => [subject, i]));
  const same = ({ a, b }: Candidate) => truth[at.get(a)!] === truth[at.get(b)!];
  const household = ({ a, b }: Candidate) => records[at.get(a)!]!.phone === records[at.get(b)!]!.phone;
  return {
    right: (some: readonly Candidate[]) => some.filter(same).length,
    family: (some: readonly Candidate[]) => some.filter((each) => !same(each) && household(each)).length,
    all: records.length - new Set(truth).size,
    compared: candidatePairs(records).filter(([i, j]) => truth[i] === truth[j]).length,
  };
}
