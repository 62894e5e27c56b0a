import { instant } from '@gemel/core';
import { afterEach, describe, expect, it } from 'vitest';
import type { Store } from './contract.ts';
import { newEntry } from './store-contract.ts';

const coded = (code: string) => expect.objectContaining({ code });

/** The rules that hold between several connections to one log; `connect` opens one more to the log of `fresh`. */
export function connectionsContract(name: string, fresh: () => Promise<() => Promise<Store>>): void {
  describe(`connections contract: ${name}`, () => {
    const opened: Store[] = [];
    async function connect(many: number): Promise<readonly Store[]> {
      const open = await fresh();
      for (let i = 0; i < many; i++) opened.push(await open());
      return opened.slice(-many);
    }
    afterEach(async () => {
      for (const store of opened.splice(0)) await store.close();
    });

    it('C1 of 64 appends at once with the same dedupe key, from four connections, one is kept', async () => {
      const stores = await connect(4);
      const results = await Promise.all(
        Array.from({ length: 64 }, (_, i) => stores[i % 4]!.append([newEntry(`e${i}`, { dedupeKey: 'k' })])),
      );
      const kept = results.flatMap(({ entries }) => entries);
      expect(kept.map(({ seq }) => seq)).toEqual([1]);
      expect(results.flatMap(({ duplicates }) => duplicates)).toHaveLength(63);
      for (const store of stores) expect((await store.read({})).map(({ id }) => id)).toEqual([kept[0]!.id]);
    });

    it('C2 of batches appended at once from four connections each lies together, without gaps, and the tree is of all', async () => {
      const stores = await connect(4);
      await Promise.all(
        Array.from({ length: 40 }, (_, batch) =>
          stores[batch % 4]!.append(
            Array.from({ length: 1 + (batch % 5) }, (_, i) =>
              newEntry(`${batch}-${i}`, { subject: `mrn|${batch % 7}`, dedupeKey: `${batch}-${i}` }),
            ),
            batch % 3 === 0 ? 'process' : 'disk',
          ),
        ),
      );
      const log = await stores[0]!.read({});
      expect(log).toHaveLength(120);
      expect(log.map(({ seq }) => seq)).toEqual(log.map((_, i) => i + 1));
      for (const [i, { id }] of log.entries()) {
        const [batch, place] = id.split('-').map(Number);
        if (place! > 0) expect(log[i - 1]!.id).toBe(`${batch}-${place! - 1}`);
      }
      expect(new Set(log.map(({ subject }) => subject)).size).toBe(7);
      const heads = await Promise.all(stores.map((store) => store.treeHead()));
      for (const head of heads) expect(head).toEqual(heads[0]);
      expect(heads[0]!.size).toBe(120);
    });

    it('C3 of appends at once a bad one fails alone', async () => {
      const stores = await connect(2);
      await stores[0]!.append([newEntry('taken')]);
      await stores[0]!.erase('mrn|gone');
      const results = await Promise.allSettled(
        Array.from({ length: 24 }, (_, i) => {
          const more = [newEntry('taken'), newEntry('x', { subject: 'mrn|gone' }), newEntry(`more${i}`)][i % 3]!;
          return stores[i % 2]!.append([newEntry(`own${i}`, { subject: `mrn|new${i}` }), more]);
        }),
      );
      const codes = results.map((result) => (result.status === 'fulfilled' ? 'kept' : result.reason.code));
      expect(codes).toEqual(Array.from({ length: 24 }, (_, i) => ['store-id-taken', 'store-erased', 'kept'][i % 3]));
      const ids = (await stores[1]!.read({})).map(({ id }) => id);
      const kept = Array.from({ length: 8 }, (_, i) => [`own${3 * i + 2}`, `more${3 * i + 2}`]).flat();
      expect([...ids].sort()).toEqual(['taken', ...kept].sort());
      expect(await stores[0]!.lastSeq()).toBe(17);
      expect((await stores[0]!.subjects()).map(({ subject }) => subject)).toHaveLength(9);
    });

    it('C4 one connection sees what another appended, erased and counted', async () => {
      const [one, two] = (await connect(2)) as [Store, Store];
      await one.append([newEntry('a'), newEntry('other', { subject: 'mrn|2' })]);
      await one.putSnapshot({
        subject: 'mrn|1',
        pack: 'toy',
        seq: 1,
        trueAt: instant(1),
        modelHash: 'h',
        bytes: Uint8Array.of(1),
      });
      expect((await two.read({ subject: 'mrn|1' })).map(({ id }) => id)).toEqual(['a']);
      expect((await two.getSnapshot('mrn|1', 'toy', 9))!.seq).toBe(1);
      const sealed = await two.seal('mrn|1', Uint8Array.of(7), 'o');
      await two.append([newEntry('b')]);
      expect(await one.lastSeq()).toBe(3);
      await two.erase('mrn|1');
      expect([await one.erasures(), await two.erasures()]).toEqual([1, 1]);
      await expect(one.read({ subject: 'mrn|1' })).rejects.toEqual(coded('store-erased'));
      await expect(one.get('a')).rejects.toEqual(coded('store-erased'));
      await expect(one.unseal(sealed, 'o')).rejects.toEqual(coded('store-erased'));
      await expect(one.getSnapshot('mrn|1', 'toy', 9)).rejects.toEqual(coded('store-erased'));
      await expect(one.append([newEntry('c')])).rejects.toEqual(coded('store-erased'));
      expect((await one.read({})).map((entry) => entry.erased ?? false)).toEqual([true, false, true]);
      expect((await one.subjects()).map(({ subject }) => subject)).toEqual(['mrn|2']);
    });
  });
}
