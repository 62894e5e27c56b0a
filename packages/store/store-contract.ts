import { instant } from '@gemel/core';
import { sha256 } from '@noble/hashes/sha2.js';
import { describe, expect, it } from 'vitest';
import type { EntryKind, NewEntry, Store, StoredSnapshot, TreeHead } from './contract.ts';
import { verifyConsistency, verifyInclusion } from './merkle.ts';

/** An entry about `subject`; what is not given is filled in. */
export function newEntry(id: string, part: Partial<NewEntry> = {}): NewEntry {
  return {
    id,
    subject: 'mrn|1',
    kind: 'observation',
    trueAt: instant(1_000),
    knownAt: instant(2_000),
    payload: { id, value: 5.5, text: 'ü' },
    ...part,
  };
}

const coded = (code: string) => expect.objectContaining({ code });

/** The rules every store keeps, run over one by one line: `storeContract('sqlite', make)`. */
export function storeContract(name: string, make: () => Promise<Store>): void {
  const withStore = (rule: string, test: (store: Store) => Promise<void>) =>
    it(rule, async () => {
      const store = await make();
      try {
        await test(store);
      } finally {
        await store.close();
      }
    });

  describe(`store contract: ${name}`, () => {
    withStore('S1 gives positions 1, 2, 3 … over all subjects, in the order appended', async (store) => {
      const first = await store.append([newEntry('a'), newEntry('b', { subject: 'mrn|2' })]);
      const second = await store.append([newEntry('c')]);
      expect(first.entries.map((e) => [e.id, e.seq])).toEqual([
        ['a', 1],
        ['b', 2],
      ]);
      expect(second.entries.map((e) => e.seq)).toEqual([3]);
      expect(await store.lastSeq()).toBe(3);
    });

    withStore('S2 gives back what was appended, payload and all', async (store) => {
      const entry = newEntry('a', {
        supersedes: 'zero',
        payload: { deep: [1, -0.1, 1e-300, null, true, 'text\n\u2028'], long: 'x'.repeat(10_000) },
      });
      await store.append([entry]);
      const { dedupeKey: _, ...expected } = { ...entry, seq: 1 };
      expect(await store.get('a')).toEqual(expected);
      expect(await store.read({})).toEqual([expected]);
    });

    withStore('S3 is atomic: one bad entry leaves nothing of its batch', async (store) => {
      await store.append([newEntry('a')]);
      await expect(store.append([newEntry('b'), newEntry('a')])).rejects.toEqual(coded('store-id-taken'));
      await expect(store.append([newEntry('b'), newEntry('b')])).rejects.toEqual(coded('store-id-taken'));
      const cyclic: Record<string, unknown> = {};
      cyclic.self = cyclic;
      await expect(store.append([newEntry('b'), newEntry('c', { payload: cyclic })])).rejects.toEqual(
        coded('store-payload'),
      );
      await expect(store.append([newEntry('c', { payload: undefined })])).rejects.toEqual(coded('store-payload'));
      expect((await store.read({})).map((e) => e.id)).toEqual(['a']);
      expect(await store.lastSeq()).toBe(1);
    });

    withStore('S4 stores a dedupe key once per subject and kind', async (store) => {
      const once = { dedupeKey: 'k' };
      const first = await store.append([newEntry('a', once), newEntry('b', once)]);
      expect(first.duplicates).toEqual(['b']);
      const second = await store.append([
        newEntry('c', once),
        newEntry('d', { ...once, subject: 'mrn|2' }),
        newEntry('e', { ...once, kind: 'control' }),
        newEntry('f'),
        newEntry('g'),
      ]);
      expect(second.duplicates).toEqual(['c']);
      expect(second.entries.map((e) => [e.id, e.seq])).toEqual([
        ['d', 2],
        ['e', 3],
        ['f', 4],
        ['g', 5],
      ]);
      expect(await store.get('c')).toBeNull();
    });

    withStore('S5 answers every query by subject, kind, position, both times, order and limit', async (store) => {
      const kinds: readonly EntryKind[] = ['observation', 'control', 'fact'];
      const entries = Array.from({ length: 30 }, (_, i) =>
        newEntry(`e${i}`, {
          subject: `mrn|${i % 2}`,
          kind: kinds[i % 3]!,
          trueAt: instant(1_000 * ((i * 7) % 30)),
          knownAt: instant(2_000 * i),
        }),
      );
      await store.append(entries);
      const ids = async (query: Parameters<Store['read']>[0]) => (await store.read(query)).map((e) => e.id);
      const expected = (keep: (e: NewEntry, i: number) => boolean) => entries.filter(keep).map((e) => e.id);
      expect(await ids({})).toEqual(expected(() => true));
      expect(await ids({ subject: 'mrn|1' })).toEqual(expected((e) => e.subject === 'mrn|1'));
      expect(await ids({ subject: 'nobody' })).toEqual([]);
      expect(await ids({ kinds: ['fact', 'control'] })).toEqual(expected((e) => e.kind !== 'observation'));
      expect(await ids({ kinds: [] })).toEqual([]);
      expect(await ids({ afterSeq: 10, throughSeq: 12 })).toEqual(['e10', 'e11']);
      expect(await ids({ knownBy: instant(20_000) })).toEqual(expected((e) => e.knownAt <= 20_000));
      expect(await ids({ trueFrom: instant(5_000), trueTo: instant(9_000) })).toEqual(
        expected((e) => e.trueAt >= 5_000 && e.trueAt <= 9_000),
      );
      expect(await ids({ order: 'seq-descending', limit: 2 })).toEqual(['e29', 'e28']);
      const byTime = [...entries].sort((a, b) => a.trueAt - b.trueAt).map((e) => e.id);
      expect(await ids({ order: 'trueAt', limit: 7 })).toEqual(byTime.slice(0, 7));
      expect(await ids({ subject: 'mrn|0', kinds: ['observation'], afterSeq: 7, knownBy: instant(30_000) })).toEqual(
        expected((e, i) => e.subject === 'mrn|0' && e.kind === 'observation' && i >= 7 && e.knownAt <= 30_000),
      );
    });

    withStore('S6 lists subjects by first entry with their counts', async (store) => {
      await store.append([
        newEntry('a', { subject: 'z', trueAt: instant(9) }),
        newEntry('b', { subject: 'a' }),
        newEntry('c', { subject: 'z', trueAt: instant(3) }),
      ]);
      expect(await store.subjects()).toEqual([
        { subject: 'z', entries: 2, lastTrueAt: 9, lastSeq: 3 },
        { subject: 'a', entries: 1, lastTrueAt: 1_000, lastSeq: 2 },
      ]);
    });

    withStore('S7 finds the snapshot with the latest trueAt within both bounds', async (store) => {
      const snapshot = (seq: number, trueAt: number, pack = 'toy'): StoredSnapshot => ({
        subject: 'mrn|1',
        pack,
        seq,
        trueAt: instant(trueAt),
        modelHash: `h${seq}`,
        bytes: Uint8Array.of(seq, trueAt, 255),
      });
      await store.append([newEntry('a')]);
      for (const s of [snapshot(5, 50), snapshot(9, 40), snapshot(7, 50), snapshot(3, 20), snapshot(4, 60, 'other')]) {
        await store.putSnapshot(s);
      }
      const found = async (throughSeq: number, before?: number) => {
        const s = await store.getSnapshot(
          'mrn|1',
          'toy',
          throughSeq,
          before === undefined ? undefined : instant(before),
        );
        return s === null ? null : [s.seq, s.trueAt];
      };
      expect(await found(9)).toEqual([7, 50]);
      expect(await found(6)).toEqual([5, 50]);
      expect(await found(9, 50)).toEqual([9, 40]);
      expect(await found(8, 50)).toEqual([3, 20]);
      expect(await found(2)).toBeNull();
      expect(await store.getSnapshot('mrn|1', 'toy', 5)).toEqual(snapshot(5, 50));
      expect(await store.dropSnapshots('mrn|1', 5)).toBe(2);
      expect(await found(9)).toEqual([5, 50]);
      expect(await store.getSnapshot('nobody', 'toy', 9)).toBeNull();
    });

    withStore('S8 erasing destroys payloads and name, and keeps the sequence', async (store) => {
      await store.append([
        newEntry('a', { dedupeKey: 'k' }),
        newEntry('b', { subject: 'mrn|2' }),
        newEntry('c', { subject: 'mrn|1', supersedes: 'a' }),
      ]);
      await store.putSnapshot({
        subject: 'mrn|1',
        pack: 'toy',
        seq: 3,
        trueAt: instant(1),
        modelHash: 'h',
        bytes: Uint8Array.of(1),
      });
      expect(await store.erasures()).toBe(0);
      await store.erase('mrn|1');
      await store.erase('mrn|1');
      await store.erase('never seen');
      expect(await store.erasures()).toBe(2);
      const log = await store.read({});
      expect(log.map((e) => [e.id, e.seq, e.erased ?? false])).toEqual([
        ['a', 1, true],
        ['b', 2, false],
        ['c', 3, true],
      ]);
      expect(log[0]!.payload).toBeNull();
      expect(JSON.stringify(log)).not.toContain('mrn|1');
      await expect(store.get('a')).rejects.toEqual(coded('store-erased'));
      await expect(store.read({ subject: 'mrn|1' })).rejects.toEqual(coded('store-erased'));
      await expect(store.getSnapshot('mrn|1', 'toy', 9)).rejects.toEqual(coded('store-erased'));
      await expect(store.append([newEntry('d')])).rejects.toEqual(coded('store-erased'));
      await expect(store.append([newEntry('d', { subject: 'never seen' })])).rejects.toEqual(coded('store-erased'));
      expect((await store.subjects()).map((s) => s.subject)).toEqual(['mrn|2']);
      expect((await store.append([newEntry('e', { subject: 'mrn|2' })])).entries[0]!.seq).toBe(4);
    });

    withStore('S9 does not share memory with the caller', async (store) => {
      const payload = { list: [1] };
      await store.append([newEntry('a', { payload })]);
      payload.list.push(2);
      expect((await store.get('a'))!.payload).toEqual({ list: [1] });
    });

    withStore('S11 seals objects beside the log, and opens them about the same', async (store) => {
      const bytes = Uint8Array.from({ length: 600_000 }, (_, i) => (i * i) & 255);
      const sealed = await store.seal('mrn|new', bytes, 'object 1');
      const opened = await store.unseal(sealed, 'object 1');
      expect(opened.length === bytes.length && opened.every((byte, i) => byte === bytes[i])).toBe(true);
      const empty = await store.seal('mrn|1', new Uint8Array(), 'object 2');
      expect(await store.unseal(empty, 'object 2')).toHaveLength(0);
      const altered = [sealed.slice(0, -1), sealed.slice(0, 3), new Uint8Array()];
      for (const at of [0, sealed.length >> 1, sealed.length - 1]) {
        const one = Uint8Array.from(sealed);
        one[at]! ^= 1;
        altered.push(one);
      }
      for (const one of altered) {
        await expect(store.unseal(one, 'object 1')).rejects.toEqual(coded('store-corrupt'));
      }
      await expect(store.unseal(sealed, 'object 2')).rejects.toEqual(coded('store-corrupt'));
      expect(await store.lastSeq()).toBe(0);
    });

    withStore('S12 erasing the subject destroys what was sealed beside the log', async (store) => {
      await store.append([newEntry('a')]);
      const own = await store.seal('mrn|1', Uint8Array.of(1), 'o');
      const other = await store.seal('mrn|2', Uint8Array.of(2), 'o');
      await store.erase('mrn|1');
      await expect(store.unseal(own, 'o')).rejects.toEqual(coded('store-erased'));
      await expect(store.seal('mrn|1', Uint8Array.of(1), 'o')).rejects.toEqual(coded('store-erased'));
      expect([...(await store.unseal(other, 'o'))]).toEqual([2]);
    });

    withStore(
      'S13 the tree over the log has a head at every size, and proves every entry and that it only grew',
      async (store) => {
        const empty = await store.treeHead();
        expect([empty.size, empty.root.join()]).toEqual([0, sha256(new Uint8Array()).join()]);
        const heads: TreeHead[] = [empty];
        for (let batch = 0; heads.length <= 75; batch++) {
          const entries = Array.from({ length: 1 + (batch % 7) }, (_, i) =>
            newEntry(`${batch}-${i}`, { subject: `mrn|${i}`, dedupeKey: `${batch}-${i % 4}` }),
          );
          const { entries: appended } = await store.append(entries);
          for (const { seq } of appended) heads.push(await store.treeHead(seq));
          expect(await store.treeHead()).toEqual(heads.at(-1));
        }
        const same = new Set(heads.map(({ root }) => root.join()));
        expect(same.size).toBe(heads.length);
        const size = heads.length - 1;
        for (let seq = 1; seq <= size; seq++) {
          for (const of of [seq, (seq + size) >> 1, size]) {
            const proof = await store.inclusionProof(seq, of);
            expect([proof.index, proof.size]).toEqual([seq - 1, of]);
            expect(verifyInclusion(sha256, proof, heads[of]!.root), `${seq} of ${of}`).toBe(true);
            const grown = await store.consistencyProof(seq, of);
            expect(verifyConsistency(sha256, grown, heads[seq]!.root, heads[of]!.root), `${seq} to ${of}`).toBe(true);
          }
        }
        const last = await store.inclusionProof(size);
        expect(verifyInclusion(sha256, last, heads[size]!.root)).toBe(true);
        expect(verifyInclusion(sha256, last, heads[size - 1]!.root)).toBe(false);
      },
    );

    withStore('S14 the tree outlives an erasure: heads and proofs are as they were', async (store) => {
      await store.append(Array.from({ length: 40 }, (_, i) => newEntry(`e${i}`, { subject: `mrn|${i % 2}` })));
      const head = await store.treeHead();
      const proof = await store.inclusionProof(3);
      await store.erase('mrn|0');
      expect([await store.treeHead(), await store.inclusionProof(3)]).toEqual([head, proof]);
      await store.append([newEntry('after', { subject: 'mrn|1' })]);
      const grown = await store.consistencyProof(40);
      expect(verifyConsistency(sha256, grown, head.root, (await store.treeHead()).root)).toBe(true);
    });

    withStore('S15 refuses proofs of what the log does not have', async (store) => {
      await store.append([newEntry('a'), newEntry('b')]);
      await store
        .append([newEntry('c')])
        .then(() => store.append([newEntry('d'), newEntry('a')]))
        .catch(() => {});
      const beyond = coded('store-beyond-log');
      for (const size of [-1, 4, 1.5, Number.NaN]) await expect(store.treeHead(size)).rejects.toEqual(beyond);
      for (const [seq, size] of [
        [0, 3],
        [4, 3],
        [3, 2],
        [1, 0],
        [1, 4],
      ] as const) {
        await expect(store.inclusionProof(seq, size), `${seq} of ${size}`).rejects.toEqual(beyond);
      }
      await expect(store.consistencyProof(3, 2)).rejects.toEqual(beyond);
      await expect(store.consistencyProof(-1)).rejects.toEqual(beyond);
      expect((await store.consistencyProof(0)).path).toEqual([]);
      expect((await store.treeHead()).size).toBe(3);
    });

    it('S10 refuses use after it was closed', async () => {
      const store = await make();
      await store.close();
      await store.close();
      await expect(store.append([newEntry('a')])).rejects.toEqual(coded('store-closed'));
      await expect(store.lastSeq()).rejects.toEqual(coded('store-closed'));
    });
  });
}
