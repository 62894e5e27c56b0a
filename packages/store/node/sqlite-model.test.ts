import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, expect, it } from 'vitest';
import type { AppendResult, EntryKind, Store } from '../contract.ts';
import { memory } from '../memory.ts';
import { newEntry } from '../store-contract.ts';
import { openSqliteStore } from './sqlite.ts';

const root = mkdtempSync(join(tmpdir(), 'gemel-store-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const folder = () => mkdtempSync(join(root, 'data-'));
const open = (at: string) => openSqliteStore({ folder: at });

it('P1 says what the store in memory says, whatever is appended, erased, read and reopened', async () => {
  const text = fc.oneof(fc.string(), fc.constantFrom('a\nb', '\u2028', 'x'.repeat(2047), 'ü'.repeat(3000)));
  const entry = fc.record({
    id: fc.oneof({ arbitrary: fc.uuid(), weight: 9 }, { arbitrary: fc.constantFrom('i', 'j|\n"'), weight: 1 }),
    subject: fc.constantFrom('s', 't', 'u'),
    kind: fc.constantFrom('observation', 'fact', 'resource') as fc.Arbitrary<EntryKind>,
    dedupeKey: fc.option(fc.constantFrom('a', 'b', 'c', 'd', 'e'), { nil: undefined }),
    payload: fc.oneof(text, fc.record({ text }), fc.constantFrom(0, null, [], {})),
  });
  const append = fc.array(entry, { maxLength: 40 });
  const step = fc.oneof(
    { arbitrary: append.map((entries) => ({ append: entries })), weight: 8 },
    { arbitrary: fc.constantFrom('s', 't').map((erase) => ({ erase })), weight: 1 },
    { arbitrary: fc.constant({ reopen: true }), weight: 1 },
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
      const at = folder();
      const model = memory();
      let store = await open(at);
      const outcome = (result: Promise<AppendResult>) =>
        result.then(
          ({ entries, duplicates }) => [entries.map(({ id, seq }) => [id, seq]), duplicates],
          ({ code }: { code: string }) => code,
        );
      for (const given of steps) {
        if ('append' in given) {
          const entries = given.append.map(({ dedupeKey, ...rest }) =>
            newEntry(rest.id, dedupeKey === undefined ? rest : { ...rest, dedupeKey }),
          );
          expect(await outcome(store.append(entries))).toEqual(await outcome(model.append(entries)));
        } else if ('erase' in given) await Promise.all([store.erase(given.erase), model.erase(given.erase)]);
        else {
          await store.close();
          store = await open(at);
        }
      }
      const said = async (of: Store) =>
        (await of.read({})).map(({ dedupeKey: _, subject, ...rest }) => ({
          ...rest,
          ...(rest.erased ? {} : { subject }),
        }));
      expect(await said(store)).toEqual(await said(model));
      for (const { id } of (await model.read({})).filter(({ erased }) => !erased)) {
        expect((await store.get(id))!.payload).toEqual((await model.get(id))!.payload);
      }
      expect(await store.check()).toEqual([]);
      await store.close();
    }),
    { numRuns: 25 },
  );
});
