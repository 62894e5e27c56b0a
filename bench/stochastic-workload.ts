/** Models and sizes of the stochastic benchmark, as SBML so that every engine reads the same. */

export interface StochasticWork {
  readonly name: string;
  readonly sbml: string;
  /** Mode of the C program and its argument. */
  readonly inC: readonly [mode: string, size: number];
  readonly end: number;
  readonly runs: number;
  /** Of the first species, for the comparison of means. */
  readonly species: string;
}

interface ReactionText {
  readonly taken: readonly string[];
  readonly made: readonly string[];
  readonly rate: string;
}

const ci = (name: string) => `<ci>${name}</ci>`;
const times = (...factors: string[]) => `<apply><times/>${factors.join('')}</apply>`;
const cn = (value: number) => `<cn>${value}</cn>`;

function document(initial: ReadonlyMap<string, number>, reactions: readonly ReactionText[]): string {
  const references = (list: string, names: readonly string[]) => {
    const counts = new Map<string, number>();
    for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
    const inner = [...counts].map(
      ([name, n]) => `<speciesReference species="${name}" stoichiometry="${n}" constant="true"/>`,
    );
    return inner.length === 0 ? '' : `<${list}>${inner.join('')}</${list}>`;
  };
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<sbml xmlns="http://www.sbml.org/sbml/level3/version1/core" level="3" version="1"><model id="work">',
    '<listOfCompartments><compartment id="c" spatialDimensions="3" size="1" constant="true"/></listOfCompartments>',
    '<listOfSpecies>',
    ...[...initial].map(
      ([name, count]) =>
        `<species id="${name}" compartment="c" initialAmount="${count}" hasOnlySubstanceUnits="true" boundaryCondition="false" constant="false"/>`,
    ),
    '</listOfSpecies><listOfReactions>',
    ...reactions.map(
      ({ taken, made, rate }, i) =>
        `<reaction id="R${i}" reversible="false" fast="false">${references('listOfReactants', taken)}${references('listOfProducts', made)}<kineticLaw><math xmlns="http://www.w3.org/1998/Math/MathML">${rate}</math></kineticLaw></reaction>`,
    ),
    '</listOfReactions></model></sbml>',
  ].join('\n');
}

/** Four reactions: D. T. Gillespie, J. Chem. Phys. 115 (2001) 1716, section V, doi:10.1063/1.1378322. */
export const DIMERS: StochasticWork = {
  name: 'decaying dimers, 3 species, 4 reactions',
  sbml: document(
    new Map([
      ['S1', 100_000],
      ['S2', 0],
      ['S3', 0],
    ]),
    [
      { taken: ['S1'], made: [], rate: ci('S1') },
      {
        taken: ['S1', 'S1'],
        made: ['S2'],
        rate: times(cn(0.001), ci('S1'), `<apply><minus/>${ci('S1')}${cn(1)}</apply>`),
      },
      { taken: ['S2'], made: ['S1', 'S1'], rate: times(cn(0.5), ci('S2')) },
      { taken: ['S2'], made: ['S3'], rate: times(cn(0.04), ci('S2')) },
    ],
  ),
  inC: ['dimers', 0],
  end: 5,
  runs: 8,
  species: 'S3',
};

const PLACES = 400;
const place = (i: number) => `P${(i + PLACES) % PLACES}`;

/** Molecules that wander on a ring, rates over two decades: each reaction changes the rates of four. */
export const RING: StochasticWork = {
  name: `a ring of ${PLACES} species, ${2 * PLACES} reactions`,
  sbml: document(
    new Map(Array.from({ length: PLACES }, (_, i) => [place(i), 20])),
    Array.from({ length: 2 * PLACES }, (_, j) => {
      const i = j >> 1;
      const rate = times(cn(10 ** ((i % 3) - 1)), ci(place(i)));
      return { taken: [place(i)], made: [place(j % 2 === 0 ? i + 1 : i - 1)], rate };
    }),
  ),
  inC: ['ring', PLACES],
  end: 5,
  runs: 8,
  species: 'P0',
};
