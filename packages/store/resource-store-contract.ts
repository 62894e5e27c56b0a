import { type Instant, instant } from '@gemel/core';
import { type Indexed, matches, type Others } from '@gemel/core/resource-match';
import type { Criterion, IndexRow, ResourceSearch, SortKey } from '@gemel/core/resource-search';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Store } from './contract.ts';
import type {
  Resource,
  ResourceFormat,
  ResourceStore,
  ResourceVersion,
  ResourceWrite,
  SearchCursor,
} from './resource-contract.ts';

/** A format of its own: a resource carries its rows. */
const FORMAT: ResourceFormat = {
  version: 1,
  rows: (resource) => (resource.rows ?? []) as readonly IndexRow[],
  stamped: (resource, version, at) => ({ ...resource, version, at }),
};

export interface ResourceFixture {
  readonly store: Store;
  open(format?: ResourceFormat): Promise<ResourceStore>;
}

const AT = instant(1_000);
const coded = (code: string) => expect.objectContaining({ code });

interface WritePart {
  readonly type?: string;
  readonly subject?: string;
  readonly resource?: Resource | null;
  readonly ifVersion?: number;
}

function write(id: string, part: WritePart = {}): ResourceWrite {
  const { type = 'Observation', subject = 'Patient/1', resource = { type, id, rows: [] }, ifVersion } = part;
  const named = { type, id, ...(ifVersion === undefined ? {} : { ifVersion }) };
  return resource === null ? { ...named, resource } : { ...named, subject, resource };
}

const row = {
  token: (param: string, code: string, system = '', place = 0): IndexRow => ({
    kind: 'token',
    param,
    system,
    code,
    place,
  }),
  string: (param: string, exact: string): IndexRow => ({
    kind: 'string',
    param,
    value: exact.toLowerCase(),
    exact,
    place: 0,
  }),
  range: (param: string, low: number, high = low, place = 0): IndexRow => ({ kind: 'range', param, low, high, place }),
  reference: (param: string, target: string): IndexRow => ({ kind: 'reference', param, target, place: 0 }),
  quantity: (param: string, value: number, code: string, place = 0): IndexRow => ({
    kind: 'quantity',
    param,
    low: value,
    high: value,
    system: 'ucum',
    code,
    unit: code,
    base: code === 'mg' ? { unit: 'M1', low: value / 1000, high: value / 1000 } : null,
    place,
  }),
};

const find = (all: readonly Criterion[], sort: readonly SortKey[] = [], type = 'Observation'): ResourceSearch => ({
  type,
  all,
  sort,
});
const code = (value: string): Criterion => ({ kind: 'token', param: 'Observation.code', any: [{ code: value }] });

/** The rules every resource store keeps: `resourceStoreContract('sqlite', make)`. */
export function resourceStoreContract(name: string, make: (format: ResourceFormat) => Promise<ResourceFixture>): void {
  const withStore = (rule: string, test: (resources: ResourceStore, fixture: ResourceFixture) => Promise<void>) =>
    it(rule, async () => {
      const fixture = await make(FORMAT);
      try {
        await test(await fixture.open(), fixture);
      } finally {
        await fixture.store.close();
      }
    });
  const put = (resources: ResourceStore, writes: readonly ResourceWrite[], at: Instant = AT) =>
    resources.write({ lookups: [], decide: () => ({ writes }) }, at);
  const ids = async (resources: ResourceStore, search: ResourceSearch) =>
    (await resources.search(search, { limit: 1000 })).hits.map(({ id }) => id);

  describe(`resource store contract: ${name}`, () => {
    withStore('R1 gives versions 1, 2, 3 … each an entry of the log', async (resources, { store }) => {
      const [first] = await put(resources, [write('a')]);
      expect(first).toMatchObject({ type: 'Observation', id: 'a', version: 1, how: 'create', at: AT, seq: 1 });
      expect(first!.resource).toMatchObject({ id: 'a', version: 1, at: AT });
      const [second] = await put(resources, [write('a', { resource: { x: 2 } })], instant(2_000));
      expect(second).toMatchObject({ version: 2, how: 'update', seq: 2 });
      expect(await resources.read('Observation', 'a')).toEqual(second);
      expect(await resources.vread('Observation', 'a', 1)).toEqual(first);
      expect(await resources.vread('Observation', 'a', 3)).toBeNull();
      expect(await resources.read('Observation', 'b')).toBeNull();
      const log = await store.read({ kinds: ['resource'] });
      expect(log.map(({ subject }) => subject)).toEqual(['Patient/1', 'Patient/1']);
    });

    withStore('R2 deletes once, and takes up again with the next version', async (resources) => {
      const rows = [row.token('Observation.code', 'x')];
      await put(resources, [write('a', { resource: { rows } })]);
      await put(resources, [write('a', { resource: null })]);
      expect(await put(resources, [write('a', { resource: null }), write('never', { resource: null })])).toEqual([]);
      expect(await resources.read('Observation', 'a')).toMatchObject({ version: 2, how: 'delete', resource: null });
      expect(await ids(resources, find([]))).toEqual([]);
      expect(await ids(resources, find([code('x')]))).toEqual([]);
      const [again] = await put(resources, [write('a', { resource: { rows } })]);
      expect(again).toMatchObject({ version: 3, how: 'create' });
      expect(await ids(resources, find([code('x')]))).toEqual(['a']);
    });

    withStore('R3 refuses a write to another version than the current, and all with it', async (resources) => {
      await put(resources, [write('a', { ifVersion: 0 })]);
      await expect(put(resources, [write('b'), write('a', { ifVersion: 2 })])).rejects.toEqual(
        coded('store-version-conflict'),
      );
      await expect(put(resources, [write('c', { ifVersion: 1 })])).rejects.toEqual(coded('store-version-conflict'));
      await expect(put(resources, [write('a', { ifVersion: 0 })])).rejects.toEqual(coded('store-version-conflict'));
      expect(await resources.read('Observation', 'b')).toBeNull();
      expect(await put(resources, [write('a', { ifVersion: 1 })])).toMatchObject([{ version: 2 }]);
    });

    withStore(
      'R4 looks up and decides within the transaction: of 64 writers at once one creates',
      async (resources) => {
        const rows = [row.token('Patient.identifier', 'm1', 'mrn')];
        const search = find(
          [{ kind: 'token', param: 'Patient.identifier', any: [{ system: 'mrn', code: 'm1' }] }],
          [],
          'Patient',
        );
        const written = await Promise.all(
          Array.from({ length: 64 }, (_, i) =>
            resources.write(
              {
                lookups: [{ search }],
                decide: ([found]) => ({
                  writes:
                    found!.length > 0
                      ? []
                      : [write(`p${i}`, { type: 'Patient', subject: `Patient/p${i}`, resource: { rows } })],
                }),
              },
              AT,
            ),
          ),
        );
        expect(written.filter((versions) => versions.length > 0)).toHaveLength(1);
        expect(await resources.count(search)).toBe(1);
      },
    );

    withStore(
      'R5 is atomic with what is logged beside, and writes nothing when deciding fails',
      async (resources, { store }) => {
        const beside = {
          id: 'note',
          subject: 'Patient/1',
          kind: 'access' as const,
          trueAt: AT,
          knownAt: AT,
          payload: {},
        };
        await resources.write({ lookups: [], decide: () => ({ writes: [write('a')], entries: [beside] }) }, AT);
        expect((await store.read({})).map(({ kind }) => kind)).toEqual(['resource', 'access']);
        const refused = resources.write(
          { lookups: [], decide: () => ({ writes: [write('b')], entries: [beside] }) },
          AT,
        );
        await expect(refused).rejects.toEqual(coded('store-id-taken'));
        const failing = {
          lookups: [],
          decide: () => {
            throw new Error('no');
          },
        };
        await expect(resources.write(failing, AT)).rejects.toThrow('no');
        expect(await resources.read('Observation', 'b')).toBeNull();
        expect(await store.lastSeq()).toBe(2);
        const looked = await resources.write(
          {
            lookups: [
              { type: 'Observation', id: 'a' },
              { type: 'Observation', id: 'b' },
            ],
            decide: (found) => {
              expect(found).toEqual([
                [{ type: 'Observation', id: 'a', version: 1, at: AT, deleted: false, subject: 'Patient/1' }],
                [],
              ]);
              return { writes: [] };
            },
          },
          AT,
        );
        expect(looked).toEqual([]);
      },
    );

    withStore('R6 tells the history of one, of a type and of all, newest first, in pages', async (resources) => {
      for (let i = 0; i < 3; i++)
        await put(resources, [write('a'), write('p', { type: 'Patient' })], instant(1_000 * i));
      const told = (versions: readonly ResourceVersion[]) => versions.map(({ id, version }) => `${id}${version}`);
      expect(told(await resources.history({ type: 'Observation', id: 'a', limit: 9 }))).toEqual(['a3', 'a2', 'a1']);
      expect(told(await resources.history({ type: 'Patient', limit: 2 }))).toEqual(['p3', 'p2']);
      const all = await resources.history({ limit: 4 });
      expect(told(all)).toEqual(['p3', 'a3', 'p2', 'a2']);
      expect(told(await resources.history({ limit: 4, beforeSeq: all.at(-1)!.seq }))).toEqual(['p1', 'a1']);
      expect(told(await resources.history({ since: instant(2_000), limit: 9 }))).toEqual(['p3', 'a3']);
      expect(told(await resources.changes(2, 3))).toEqual(['a2', 'p2', 'a3']);
    });

    withStore(
      'R7 erasing a subject takes its resources, versions and index rows, and leaves the others',
      async (resources, { store }) => {
        const rows = [
          row.token('Observation.code', 'x'),
          row.string('Observation.note', 'Secret'),
          row.range('Observation.date', 5),
          row.quantity('Observation.value', 5, 'mg'),
          row.reference('Observation.subject', 'Patient/1'),
        ];
        await put(resources, [
          write('a', { resource: { rows } }),
          write('b', { subject: 'Patient/2', resource: { rows } }),
        ]);
        await store.erase('Patient/1');
        expect(await resources.read('Observation', 'a')).toBeNull();
        expect(await resources.vread('Observation', 'a', 1)).toBeNull();
        expect((await resources.history({ limit: 9 })).map(({ id }) => id)).toEqual(['b']);
        expect(await ids(resources, find([code('x')]))).toEqual(['b']);
        await expect(put(resources, [write('c')])).rejects.toEqual(coded('store-erased'));
        expect(await resources.rebuild()).toBe(1);
        expect(await ids(resources, find([code('x')]))).toEqual(['b']);
      },
    );

    withStore('R8 makes the index anew, the same, also when the format became another', async (resources, fixture) => {
      const rows = (value: string) => [row.token('Observation.code', value)];
      await put(resources, [
        write('a', { resource: { rows: rows('x') } }),
        write('b', { resource: { rows: rows('y') } }),
      ]);
      await put(resources, [write('a', { resource: { rows: rows('z') } }), write('b', { resource: null })]);
      expect(await resources.rebuild()).toBe(2);
      expect(await ids(resources, find([code('x')]))).toEqual([]);
      expect(await ids(resources, find([code('z')]))).toEqual(['a']);
      expect(await resources.read('Observation', 'b')).toMatchObject({ version: 2, how: 'delete' });
      const renamed = await fixture.open({ ...FORMAT, version: 2, rows: () => rows('new') });
      expect(await ids(renamed, find([code('new')]))).toEqual(['a']);
    });

    withStore('R9 keeps how far a follower came', async (resources, fixture) => {
      expect(await resources.position('twins')).toBe(0);
      await resources.setPosition('twins', 7);
      expect(await (await fixture.open()).position('twins')).toBe(7);
      expect(await resources.position('others')).toBe(0);
    });

    withStore('R10 gives pages that neither repeat nor miss, in every order, while others write', async (resources) => {
      const writes = Array.from({ length: 60 }, (_, i) =>
        write(`o${i}`, {
          resource: {
            rows: [
              row.token('Observation.code', 'x'),
              ...(i % 7 === 0 ? [] : [row.range('Observation.date', (i * 37) % 11)]),
              ...(i % 5 === 0 ? [] : [row.string('Observation.note', `N${(i * 13) % 9}`)]),
            ],
          },
        }),
      );
      await put(resources, writes);
      const date: SortKey['by'] = { kind: 'range', param: 'Observation.date' };
      const note: SortKey['by'] = { kind: 'string', param: 'Observation.note' };
      const orders: readonly (readonly SortKey[])[] = [
        [],
        [{ by: date, descending: false }],
        [{ by: date, descending: true }],
        [
          { by: note, descending: true },
          { by: date, descending: false },
        ],
        [{ by: '_id', descending: true }],
        [
          { by: '_lastUpdated', descending: true },
          { by: note, descending: false },
        ],
      ];
      for (const sort of orders) {
        const search = find([code('x')], sort);
        const whole = await ids(resources, search);
        expect(new Set(whole).size).toBe(whole.length);
        const paged: string[] = [];
        let after: SearchCursor | undefined;
        for (;;) {
          const { hits, next } = await resources.search(search, {
            limit: 7,
            ...(after === undefined ? {} : { after }),
          });
          paged.push(...hits.map(({ id }) => id));
          if (next === null) break;
          after = JSON.parse(JSON.stringify(next)) as SearchCursor;
        }
        expect(paged).toEqual(whole);
      }
      const sorted = (await resources.search(find([code('x')], orders[1]), { limit: 1000 })).hits;
      const low = ({ resource }: ResourceVersion) =>
        (resource!.rows as readonly IndexRow[]).reduce(
          (least, one) => (one.kind === 'range' ? Math.min(least, one.low) : least),
          Number.MAX_VALUE,
        );
      const lows = sorted.map(low);
      expect(lows).toEqual([...lows].sort((a, b) => a - b));
      const first = await resources.search(find([code('x')]), { limit: 50 });
      await put(resources, [
        write('o3', { resource: null }),
        write('new', { resource: { rows: [row.token('Observation.code', 'x')] } }),
      ]);
      const rest = await resources.search(find([code('x')]), { limit: 50, after: first.next! });
      expect(rest.hits.map(({ id }) => id)).toEqual([...Array.from({ length: 10 }, (_, i) => `o${50 + i}`), 'new']);
    });

    it('R11 finds what a look at every resource finds, whatever is asked', async () => {
      const fixture = await make(FORMAT);
      const resources = await fixture.open();
      try {
        const world: (Indexed & { readonly resource: Resource })[] = [];
        const add = (type: string, id: string, rows: readonly IndexRow[]) =>
          world.push({ type, id, updated: AT, rows, resource: { rows } });
        for (let i = 0; i < 6; i++)
          add('Patient', `p${i}`, [
            row.token('Patient.gender', i % 2 === 0 ? 'f' : 'm'),
            row.string('Patient.name', `Name%_${i % 3}`),
            ...(i > 0 ? [row.reference('Patient.link', `Patient/p${i - 1}`)] : []),
          ]);
        for (let i = 0; i < 40; i++)
          add('Observation', `o${i}`, [
            row.reference('Observation.subject', `Patient/p${i % 7}`),
            row.token('Observation.code', `c${i % 4}`, i % 3 === 0 ? 's' : ''),
            ...(i % 5 === 0 ? [row.token('Observation.code', 'c9', 't')] : []),
            ...(i % 6 === 0 ? [] : [row.range('Observation.date', i % 10, (i % 10) + (i % 3))]),
            row.quantity('Observation.value', i, i % 2 === 0 ? 'mg' : 'mL'),
            row.token('Observation.part$0', `c${i % 2}`, '', 1),
            row.quantity('Observation.part$1', i, 'mg', 1),
            row.token('Observation.part$0', `c${(i + 1) % 2}`, '', 2),
            row.quantity('Observation.part$1', 40 - i, 'mg', 2),
          ]);
        await put(
          resources,
          world.map(({ type, id, resource }) => write(id, { type, resource })),
        );
        const others: Others = {
          at: (key) => world.find((one) => `${one.type}/${one.id}` === key),
          ofType: (type) => world.filter((one) => one.type === type),
        };
        const bound = fc.option(fc.integer({ min: -1, max: 42 }), { nil: undefined });
        const range = fc
          .record({ lowFrom: bound, lowTo: bound, highFrom: bound, highTo: bound })
          .map((all) => Object.fromEntries(Object.entries(all).filter(([, end]) => end !== undefined)));
        const quantity = fc
          .tuple(
            range,
            fc.constantFrom<object>(
              {},
              { code: 'mg' },
              { unit: 'mL' },
              { system: 'ucum' },
              { system: 'none' },
              { baseUnit: 'M1' },
            ),
          )
          .map(([ends, unit]) => ({ ...ends, ...unit }));
        const tokens = fc.array(
          fc.constantFrom(
            { code: 'c0' },
            { code: 'c1' },
            { code: 'c9', system: 't' },
            { code: 'c9', system: 's' },
            { system: 's' },
            { code: 'c3', system: '' },
            { code: 'none' },
          ),
          { minLength: 0, maxLength: 3 },
        );
        const patient: fc.Arbitrary<Criterion> = fc.oneof(
          fc
            .constantFrom('f', 'm')
            .map((value): Criterion => ({ kind: 'token', param: 'Patient.gender', any: [{ code: value }] })),
          fc
            .tuple(
              fc.constantFrom('name', 'name%', 'name%_1', '%_', "x' or 1=1", ''),
              fc.constantFrom('starts' as const, 'contains' as const),
            )
            .map(([text, how]): Criterion => ({ kind: 'string', param: 'Patient.name', any: [{ text, how }] })),
          fc
            .constantFrom('Name%_1', 'name%_1')
            .map((text): Criterion => ({ kind: 'string', param: 'Patient.name', any: [{ text, how: 'exact' }] })),
          fc.constant<Criterion>({
            kind: 'chain',
            param: 'Patient.link',
            type: 'Patient',
            all: [{ kind: 'token', param: 'Patient.gender', any: [{ code: 'f' }] }],
          }),
          fc.constant<Criterion>({
            kind: 'has',
            type: 'Observation',
            param: 'Observation.subject',
            all: [{ kind: 'token', param: 'Observation.code', any: [{ code: 'c9' }] }],
          }),
        );
        const leaf: fc.Arbitrary<Criterion> = fc.oneof(
          tokens.map((any): Criterion => ({ kind: 'token', param: 'Observation.code', any })),
          fc
            .array(range, { minLength: 1, maxLength: 2 })
            .map((any): Criterion => ({ kind: 'range', param: 'Observation.date', any })),
          fc
            .array(quantity, { minLength: 1, maxLength: 2 })
            .map((any): Criterion => ({ kind: 'quantity', param: 'Observation.value', any })),
          fc
            .constantFrom({ target: 'Patient/p1' }, { target: 'Patient/', prefix: true }, { target: 'Patient/p9' })
            .map((test): Criterion => ({ kind: 'reference', param: 'Observation.subject', any: [test] })),
          fc.constantFrom<Criterion>(
            { kind: 'id', any: ['o1', 'o2', 'x'] },
            { kind: 'present', param: 'Observation.date' },
            { kind: 'updated', any: [{ lowFrom: 1000 }] },
            { kind: 'updated', any: [{ lowFrom: 1001 }] },
          ),
          fc.tuple(fc.constantFrom('c0', 'c1'), range).map(
            ([value, ends]): Criterion => ({
              kind: 'composite',
              any: [
                [
                  { kind: 'token', param: 'Observation.part$0', any: [{ code: value }] },
                  { kind: 'quantity', param: 'Observation.part$1', any: [{ ...ends, baseUnit: 'M1' }] },
                ],
              ],
            }),
          ),
          patient.map(
            (one): Criterion => ({ kind: 'chain', param: 'Observation.subject', type: 'Patient', all: [one] }),
          ),
        );
        const criterion = fc.oneof(
          leaf,
          leaf.map((of): Criterion => ({ kind: 'not', of })),
          fc.array(leaf, { minLength: 1, maxLength: 2 }).map((of): Criterion => ({ kind: 'any', of })),
        );
        const check = async (type: string, all: readonly Criterion[]) => {
          const expected = world.filter((one) => one.type === type && all.every((each) => matches(each, one, others)));
          const search = find(all, [], type);
          expect(await ids(resources, search)).toEqual(expected.map(({ id }) => id));
          expect(await resources.count(search)).toBe(expected.length);
        };
        await fc.assert(
          fc.asyncProperty(fc.array(criterion, { maxLength: 3 }), (all) => check('Observation', all)),
          { numRuns: 100 },
        );
        await fc.assert(
          fc.asyncProperty(fc.array(patient, { minLength: 1, maxLength: 2 }), (all) => check('Patient', all)),
          { numRuns: 30 },
        );
      } finally {
        await fixture.store.close();
      }
    });
  });
}
