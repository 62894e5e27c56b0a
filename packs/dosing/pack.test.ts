import { packContract } from '@gemel/runtime/pack-contract';
import { describe, expect, it } from 'vitest';
import { drugs } from './drugs/index.ts';
import { after, historyOn } from './fixtures/patient.ts';
import { packs } from './pack.ts';

for (const [i, drug] of drugs.entries())
  packContract(packs[i], { history: historyOn(drug), now: after(75) }, { describe, it });

it('no two drugs call a dose or a level alike: a log knows them by these names', () => {
  const names = packs.flatMap(({ controls, observes }) => [
    ...controls.map(({ control }) => control),
    ...observes.map(({ signal }) => signal).filter((signal) => signal.endsWith('level')),
  ]);
  expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([]);
});
