import { expect, test } from 'vitest';
import { conservationLaws } from './conservation-laws.ts';
import { defineModel } from './define-model.ts';
import type { ModelText } from './model-text.ts';

const lawsOf = (text: Partial<ModelText>) =>
  conservationLaws(defineModel({ id: 'm', title: 'm', time: 's', states: {}, ...text } as ModelText)).map(
    ({ weights, events }) => [Object.fromEntries(weights), ...events],
  );
const mol = (names: string) => Object.fromEntries(names.split(' ').map((name) => [name, '1 : mol : amount : x']));

test('enzyme kinetics keeps enzyme and substrate', () => {
  const laws = lawsOf({
    parameters: { k1: '1 : /mol/s : a : x', k2: '1 : /s : b : x', k3: '1 : /s : c : x' },
    states: mol('E S ES P'),
    reactions: {
      bind: { from: { E: 1, S: 1 }, to: { ES: 1 }, rate: 'k1*E*S - k2*ES', reversible: true },
      turn: { from: { ES: 1 }, to: { E: 1, P: 1 }, rate: 'k3*ES' },
    },
  });
  expect(laws).toEqual([[{ E: 1, ES: 1 }], [{ S: 1, ES: 1, P: 1 }]]);
});

test('weights are whole and exact; equations written out do as well as reactions', () => {
  const k = { k: '1 : /s : a : x' };
  expect(lawsOf({ parameters: k, states: mol('A B C'), equations: { A: '-k*A/3', B: '0.1*(k*A)', C: '0' } })).toEqual([
    [{ A: 3, B: 10 }],
  ]);
  expect(lawsOf({ parameters: k, states: mol('A B C'), equations: { A: '-3*(k*A)', B: '1.5*(k*A)', C: '0' } })).toEqual(
    [[{ A: 1, B: 2 }]],
  );
  const dimer = lawsOf({
    parameters: { k: '1 : /mol/s : a : x' },
    states: mol('A A2 A3'),
    reactions: {
      two: { from: { A: 2 }, to: { A2: 1 }, rate: 'k*A*A' },
      three: { from: { A: 1, A2: 1 }, to: { A3: 1 }, rate: 'k*A*A2' },
    },
  });
  expect(dimer).toEqual([[{ A: 1, A2: 2, A3: 3 }]]);
});

test('an event that sets a state is named', () => {
  expect(
    lawsOf({
      parameters: { k: '1 : /s : a : x' },
      states: mol('A B'),
      equations: { A: '-k*A', B: 'k*A' },
      events: { dose: { when: 'time > 1 [s]', set: { A: 'A + 1 [mol]' } } },
    }),
  ).toEqual([[{ A: 1, B: 1 }, 'dose']]);
});

test('a chain of 200 states has one law, found in time', () => {
  const names = Array.from({ length: 200 }, (_, i) => `A${i}`);
  const equations = Object.fromEntries(
    names.map((name, i) => [name, `${i > 0 ? `k*A${i - 1}` : '0'} - ${i < 199 ? `k*${name}` : '0'}`]),
  );
  const [law, ...others] = lawsOf({ parameters: { k: '1 : /s : a : x' }, states: mol(names.join(' ')), equations });
  expect(others).toEqual([]);
  expect(Object.values(law[0] as object)).toEqual(Array(200).fill(1));
});
