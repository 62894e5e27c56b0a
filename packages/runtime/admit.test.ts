import { type Decoded, instant, type RawFact, type RawItem, type RawRetraction } from '@gemel/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { element, inflow, minute, sha256, testWorld, volume, volumes } from './fixtures/world.ts';

const quantity = (value: number, unit: string, comparator?: '<' | '>') =>
  ({ kind: 'quantity', value, unit, ...(comparator === undefined ? {} : { comparator }) }) as const;
const from = (sourceId: string) => ({ source: 'test.json', element: 'row', sourceId });
const retraction = (target: string): RawRetraction => ({
  kind: 'retraction',
  subject: 'tank|1',
  target,
  provenance: { source: 'test.json', element: 'row' },
});
const fact = (value: RawFact['value'], part: Partial<RawFact> = {}): RawFact => ({
  kind: 'fact',
  subject: 'tank|1',
  fact: 'broken',
  codings: [],
  value,
  time: { start: minute(-1), offset: null },
  provenance: { source: 'test.json', element: 'fact' },
  ...part,
});

/** What the tank's history holds after the items came in, each list as one source. */
async function after(...sources: (readonly RawItem[])[]) {
  const world = testWorld();
  const accounts = [];
  for (const items of sources) accounts.push((await world.take(items)).account);
  const history = await world.hub.history('tank|1', 'tank');
  const values = history.observations.map((o) => ('value' in o.value ? o.value.value : o.value));
  return { world, accounts, account: accounts.at(-1)!, history, values };
}

describe('admit', () => {
  it('U1 converts to the unit of the binding, by UCUM and by the spellings the pack states', async () => {
    const { values } = await after([
      volume(-3, 0, { value: quantity(7000, 'mL') }),
      volume(-2, 0, { value: quantity(8, 'pieces') }),
      volume(-1, 9),
    ]);
    expect(values).toEqual([7, 8, 9]);
  });

  it.each([
    ['an unknown unit', 'Litre', 'admit-unit-unknown'],
    ['no unit', '', 'admit-unit-unknown'],
    ['a unit of another dimension', 'mmol/L', 'admit-unit-dimension'],
  ])('U2 refuses %s and names file, element, field and remedy', async (_, unit, code) => {
    const { account, values } = await after([volume(-1, 0, { value: quantity(5, unit) }), volume(0, 6)]);
    expect(values).toEqual([6]);
    expect(account).toMatchObject({ entries: 2, mapped: 1, refused: 1 });
    const [problem] = account.problems;
    expect(problem).toMatchObject({ code, where: { file: 'test.json', element: 'row[-1]', field: 'unit' } });
    expect(problem!.remedy).not.toBe('');
  });

  it('C1 keeps an unknown code whole and names it once in the account with its count', async () => {
    const unknown = { codings: [{ system: 'http://loinc.org', code: '1-8' }], text: 'local volume' };
    const { world, account } = await after([volume(-2, 3, unknown), volume(-1, 4, unknown), volume(0, 5)]);
    expect(account).toMatchObject({ mapped: 1, kept: 2, refused: 0 });
    expect(account.problems).toEqual([expect.objectContaining({ code: 'admit-code-unmapped' })]);
    expect(account.problems[0]!.message).toMatch(/1-8.* 2 times/);
    const kept = await world.store.read({ kinds: ['kept'] });
    expect(kept.map((entry) => entry.payload)).toEqual([
      { type: 'item', item: volume(-2, 3, unknown) },
      { type: 'item', item: volume(-1, 4, unknown) },
    ]);
  });

  it('C2 takes a local name only where the source gives no standard code, and says so', async () => {
    const local = { codings: [{ system: 'urn:here', code: 'V' }], text: 'Local Volume' };
    const { account, history } = await after([volume(0, 5, local)]);
    expect(account.mapped).toBe(1);
    expect(history.observations[0]).toMatchObject({ signal: 'volume', grade: 'good' });
    expect(account.problems.map((p) => p.code)).toEqual(['admit-code-by-name']);
  });

  it('V1 keeps an implausible value, graded poor and set aside, with a problem', async () => {
    const { account, history } = await after([volume(-1, 500), volume(0, 5)]);
    expect(account).toMatchObject({ mapped: 2, refused: 0 });
    expect(account.problems.map((p) => p.code)).toEqual(['admit-implausible']);
    expect(history.observations.map((o) => o.trueAt)).toEqual([minute(0)]);
    expect(history.setAside).toEqual([expect.objectContaining({ grade: 'poor', trueAt: minute(-1) })]);
  });

  it('V2 takes a comparator as a bound, converted', async () => {
    const { values } = await after([
      volume(-1, 0, { value: quantity(40, 'dL', '<') }),
      volume(0, 0, { value: quantity(9, 'L', '>') }),
    ]);
    expect(values).toEqual([
      { kind: 'below', bound: { value: 4, unit: 'L' } },
      { kind: 'above', bound: { value: 9, unit: 'L' } },
    ]);
  });

  it('V3 keeps words where a number is meant, refuses what is no number', async () => {
    const { account } = await after([
      volume(-2, 0, { value: { kind: 'text', text: 'full' } }),
      volume(-1, Number.NaN),
      volume(0, Number.POSITIVE_INFINITY),
    ]);
    expect(account).toMatchObject({ kept: 1, refused: 2 });
    expect(account.problems.map((p) => p.code)).toEqual([
      'admit-value-kind',
      'admit-value-not-finite',
      'admit-value-not-finite',
    ]);
  });

  it('T1 grades what is dated more than five minutes ahead poor, and not what is less', async () => {
    const { history, account } = await after([volume(4, 5), volume(6, 6)]);
    expect(history.observations.map((o) => o.grade)).toEqual(['good']);
    expect(history.setAside!.map((o) => o.marks[0]!.code)).toEqual(['admit-future']);
    expect(account.mapped).toBe(2);
  });

  it('T2 refuses a time that is none, or that ends before it begins', async () => {
    const { account } = await after([
      volume(0, 1, { time: { start: instant(Number.NaN), offset: null } }),
      inflow(0, 1, { time: { start: minute(0), end: minute(-1), offset: null } }),
    ]);
    expect(account.refused).toBe(2);
    expect(account.problems.map((p) => p.code)).toEqual(['admit-time-invalid', 'admit-time-invalid']);
  });

  it('T3 keeps what the source knew when apart from when the log learned it', async () => {
    const { world, history } = await after([
      volume(-60, 5, { issued: minute(-30) }),
      volume(-50, 5, { issued: minute(99) }),
      volume(-40, 5),
    ]);
    expect(history.observations.map((o) => o.knownAt)).toEqual([minute(-30), minute(0), minute(0)]);
    expect((await world.store.read({ kinds: ['observation'] })).map((e) => e.knownAt)).toEqual([
      minute(0),
      minute(0),
      minute(0),
    ]);
    expect((await world.hub.history('tank|1', 'tank', minute(-1))).observations).toEqual([]);
  });

  it('G1 marks preliminary values uncertain and amended ones not, refuses cancelled ones', async () => {
    const { history, account } = await after([
      volume(-4, 1, { status: 'preliminary' }),
      volume(-3, 2, { status: 'amended' }),
      volume(-2, 3, { status: 'final' }),
      volume(-1, 4, { status: 'cancelled' }),
    ]);
    expect(history.observations.map((o) => o.grade)).toEqual(['uncertain', 'good', 'good']);
    expect(account.problems.map((p) => p.code)).toEqual(['admit-preliminary', 'admit-amended', 'admit-status']);
  });

  it('D1 counts repeats by source identifier and by code, time and value as duplicates', async () => {
    const one = volume(-1, 5, { provenance: from('a') });
    const { account, values } = await after(
      [one, volume(-1, 5, { provenance: from('b') }), volume(0, 5)],
      [one, volume(0, 5), volume(0, 6)],
    );
    expect(account).toMatchObject({ entries: 3, mapped: 1, duplicates: 2 });
    expect(values).toEqual([5, 5, 6]);
  });

  it('D2 counts what was kept whole as a duplicate when it comes again', async () => {
    const unknown = volume(0, 5, { codings: [{ system: 'http://loinc.org', code: '1-8' }] });
    const { accounts } = await after([unknown], [unknown]);
    expect(accounts.map((a) => [a.kept, a.duplicates])).toEqual([
      [1, 0],
      [0, 1],
    ]);
  });

  it('R1 takes the same identifier with another value as a correction, back and forth', async () => {
    const says = (litres: number) => [volume(-1, litres, { provenance: from('a') })];
    const { values, accounts, world } = await after(says(5), says(6), says(5), says(5));
    expect(accounts.map((a) => [a.mapped, a.duplicates])).toEqual([
      [1, 0],
      [1, 0],
      [1, 0],
      [0, 1],
    ]);
    expect(values).toEqual([5]);
    const log = await world.store.read({ kinds: ['observation'] });
    expect(log.map((e) => e.supersedes)).toEqual([undefined, log[0]!.id, log[1]!.id]);
  });

  it('R2 withdraws what was entered in error, part by part or whole, and takes it again under another identifier', async () => {
    const part = (name: string, at: number) => volume(at, 5, { provenance: from(`obs/1#${name}`) });
    const both = [part('a', -2), part('b', -1)];
    expect((await after(both, [retraction('obs/1#a')])).history.observations.map((o) => o.trueAt)).toEqual([
      minute(-1),
    ]);
    const { account, values } = await after(both, [retraction('obs/1')], [retraction('obs/1')]);
    expect([values, account.duplicates]).toEqual([[], 1]);
    const again = await after(both, [retraction('obs/1')], [volume(-2, 5, { provenance: from('obs/2') })]);
    expect([again.values, again.account.mapped]).toEqual([[5], 1]);
  });

  it('R3 keeps a withdrawal that comes before what it withdraws, and applies it then', async () => {
    const { accounts, values } = await after(
      [retraction('late')],
      [volume(-1, 5, { provenance: from('late') }), volume(0, 6)],
    );
    expect(accounts.map((a) => [a.mapped, a.kept])).toEqual([
      [0, 1],
      [2, 0],
    ]);
    expect(accounts.map((a) => a.problems[0]!.code)).toEqual(['admit-retraction-unmatched', 'admit-withdrawn-before']);
    expect(values).toEqual([6]);
  });

  it('R4 takes the status entered-in-error as a withdrawal', async () => {
    const { values } = await after(
      [volume(-1, 5, { provenance: from('a') })],
      [volume(-1, 5, { provenance: from('a'), status: 'entered-in-error' })],
    );
    expect(values).toEqual([]);
  });

  it('R5 an element that comes again replaces what it was: parts it no longer has are withdrawn', async () => {
    const part = (name: string, at: number, litres: number) =>
      volume(at, litres, { provenance: from(`obs/1${name === '' ? '' : `#${name}`}`) });
    const whole = (items: RawItem[], fate: Decoded['fate'] = 'mapped'): Decoded => ({
      ...element(items),
      fate,
      subject: 'tank|1',
      provenance: from('obs/1'),
    });
    const world = testWorld();
    const take = async (decoded: Decoded) => {
      const { account } = await world.hub.admit([decoded], { name: 'x', sha256: '', format: 'x', bytes: 0 });
      const { observations } = await world.hub.history('tank|1', 'tank');
      const outcome = (['mapped', 'kept', 'duplicates', 'refused'] as const).find((name) => account[name] === 1);
      return [outcome, ...observations.map((o) => ('value' in o.value ? o.value.value : null))];
    };
    const three = whole([part('a', -3, 1), part('b', -2, 2), part('c', -1, 3)]);
    expect(await take(three)).toEqual(['mapped', 1, 2, 3]);
    expect(await take(three)).toEqual(['duplicates', 1, 2, 3]);
    expect(await take(whole([part('a', -3, 1), part('c', -1, 4)]))).toEqual(['mapped', 1, 4]);
    expect(await take(whole([], 'refused'))).toEqual(['refused', 1, 4]);
    expect(await take(whole([part('a', -3, 1)]))).toEqual(['mapped', 1]);
    expect(await take(whole([], 'kept'))).toEqual(['mapped']);
    expect(await take(three)).toEqual(['mapped', 1, 2, 3]);
  });

  it('M1 merges two identifiers into one subject whose same readings count once, and separates them again', async () => {
    const { world } = await after(
      [volume(-2, 5), volume(-1, 6)],
      [volume(-1, 6, { subject: 'tank|2' }), volume(0, 7, { subject: 'tank|2' })],
    );
    const seen = async (name: string) => (await world.hub.history(name, 'tank')).observations.length;
    expect(await world.hub.subjects()).toEqual(['tank|1', 'tank|2']);
    const merge = { kind: 'merge', subject: 'tank|1', from: 'tank|2', provenance: from('merge/1') } as const;
    expect((await world.take([merge])).account.mapped).toBe(1);
    expect(await world.hub.subjects()).toEqual(['tank|1']);
    expect([await seen('tank|1'), await seen('tank|2')]).toEqual([3, 3]);
    expect((await world.take([merge])).account.duplicates).toBe(1);
    const back = { ...merge, subject: 'tank|2', from: 'tank|1' };
    const refused = (await world.take([back])).account;
    expect([refused.refused, refused.problems[0]!.code]).toEqual([1, 'admit-merge-cycle']);
    await world.take([retraction('merge/1')]);
    expect(await world.hub.subjects()).toEqual(['tank|1', 'tank|2']);
    expect([await seen('tank|1'), await seen('tank|2')]).toEqual([2, 2]);
  });

  it('M2 withdraws an item of a merged identifier under either name', async () => {
    const { world } = await after([volume(-2, 5)], [volume(-1, 6, { subject: 'tank|2', provenance: from('v') })]);
    await world.take([{ kind: 'merge', subject: 'tank|1', from: 'tank|2', provenance: from('m') }]);
    await world.take([retraction('v')]);
    expect((await world.hub.history('tank|1', 'tank')).observations).toHaveLength(1);
    await world.take([retraction('m')]);
    expect((await world.hub.history('tank|2', 'tank')).observations).toEqual([]);
  });

  it('F1 takes facts of every kind and refuses a unit that is none', async () => {
    const { world, account } = await after([
      fact({ kind: 'boolean', value: true }),
      fact({ kind: 'text', text: 'red' }, { fact: 'colour' }),
      fact(quantity(3, 'kg'), { fact: 'weight' }),
      fact(quantity(3, 'stones'), { fact: 'weight' }),
    ]);
    expect(account).toMatchObject({ mapped: 3, refused: 1 });
    expect(account.problems[0]!.code).toBe('admit-unit-unknown');
    expect((await world.hub.facts('tank|1')).map((f) => f.value)).toEqual([true, 'red', { value: 3, unit: 'kg' }]);
    expect((await world.hub.history('tank|1', 'tank')).facts.map((f) => f.fact)).toEqual(['broken']);
  });

  it('E1 refuses everything about an erased subject and takes in the rest', async () => {
    const world = testWorld();
    await world.take(volumes(-10, 0));
    expect((await world.hub.history('tank|1', 'tank')).observations).toHaveLength(3);
    await world.hub.erase('tank|1');
    await expect(world.hub.history('tank|1', 'tank')).rejects.toMatchObject({ code: 'store-erased' });
    const { account, subjects } = await world.take([volume(1, 5), volume(1, 5, { subject: 'tank|2' })]);
    expect(account).toMatchObject({ mapped: 1, refused: 1 });
    expect(account.problems[0]!.code).toBe('admit-subject-erased');
    expect(subjects).toEqual(['tank|2']);
  });

  it('A1 logs the account of each source, by subject', async () => {
    const { world } = await after([volume(0, 5), volume(0, 5, { subject: 'tank|2', value: quantity(1, 'x') })]);
    const imports = await world.store.read({ kinds: ['import'] });
    expect(Object.fromEntries(imports.map((e) => [e.subject, (e.payload as { refused: number }).refused]))).toEqual({
      'tank|1': 0,
      'tank|2': 1,
    });
  });

  it('A2 says that a source was cut short, and counts what was lost with it', async () => {
    const world = testWorld();
    const provenance = { source: 'a.csv', element: 'file' };
    const cut = {
      code: 'exchange-truncated',
      message: 'ends early',
      where: { file: 'a.csv' },
      remedy: 'send it whole',
    };
    const note = { ...cut, code: 'exchange-note' };
    const decoded: Decoded[] = [
      element([volume(0, 5)]),
      { type: 'file', fate: 'kept', items: [], problems: [note], provenance },
      { type: 'file', fate: 'refused', items: [], problems: [cut], provenance },
    ];
    const { account } = await world.hub.admit(decoded, { name: 'a.csv', sha256: '', format: 'csv', bytes: 1 });
    expect(account).toMatchObject({ entries: 2, mapped: 1, refused: 1, truncated: true, problems: [note, cut] });
    expect(account.byType.file).toEqual({ mapped: 0, kept: 0, duplicates: 0, refused: 1 });
  });

  it('P1 never makes an observation of what another twin predicted', async () => {
    const code = { system: 'https://gemel.example.org/codes', code: 'predicted.tank.volume' };
    const { account, history } = await after([volume(0, 5, { codings: [code] })]);
    expect([account.kept, account.mapped, history.observations.length]).toEqual([1, 0, 0]);
    const both = await after([volume(0, 5, { codings: [{ system: 'http://loinc.org', code: '9999-1' }, code] })]);
    expect(both.history.observations).toEqual([]);
    expect(both.account.problems.map((p) => p.code)).toEqual(['admit-code-predicted']);
  });

  it('X1 stops when cancelled and keeps what was written before', async () => {
    const world = testWorld();
    const stop = new AbortController();
    const items = Array.from({ length: 3_000 }, (_, i) => element([volume(-i, 5)]));
    const source = { name: 'big', sha256: 'x', format: 'test', bytes: 0 };
    const work = world.hub.admit(items, source, { signal: stop.signal, onProgress: () => stop.abort() });
    await expect(work).rejects.toMatchObject({ code: 'runtime-cancelled' });
    expect((await world.hub.history('tank|1', 'tank')).observations).toHaveLength(1_000);
  });

  const anything: fc.Arbitrary<RawItem> = fc.oneof(
    fc
      .record({
        at: fc.integer({ min: -5, max: 10 }),
        value: fc.constantFrom(5, 6, 500, Number.NaN),
        unit: fc.constantFrom('L', 'mL', 'pieces', 'x', 'kg', ''),
        code: fc.constantFrom('9999-1', '1-8'),
        status: fc.constantFrom('final', 'preliminary', 'cancelled', 'entered-in-error'),
        id: fc.constantFrom('a', 'b', 'c#1', 'c#2', null),
        subject: fc.constantFrom('tank|1', 'tank|2'),
      })
      .map(({ at, value, unit, code, status, id, subject }) =>
        volume(at, 0, {
          value: quantity(value, unit),
          codings: [{ system: 'http://loinc.org', code }],
          status,
          subject,
          provenance: id === null ? { source: 'test.json', element: 'row' } : from(id),
        }),
      ),
    fc
      .record({ at: fc.integer({ min: -5, max: 5 }), value: fc.constantFrom(1, 30) })
      .map(({ at, value }) => inflow(at, value)),
    fc.constantFrom('a', 'c', 'c#1', 'never').map(retraction),
    fc
      .constantFrom<[string, string]>(['tank|1', 'tank|2'], ['tank|2', 'tank|1'], ['tank|1', 'tank|1'])
      .map(([subject, other]): RawItem => ({ kind: 'merge', subject, from: other, provenance: from('m') })),
  );
  const elements: fc.Arbitrary<Decoded> = fc
    .record({
      items: fc.array(anything, { maxLength: 3 }),
      fate: fc.constantFrom('mapped' as const, 'kept' as const, 'refused' as const),
      type: fc.constantFrom('row', 'Observation'),
      kept: fc.option(fc.constantFrom<unknown>({ a: 1 }, { a: 2 }), { nil: undefined }),
    })
    .map(({ items, fate, type, kept }) => ({
      type,
      fate,
      items,
      problems: [],
      provenance: { source: 'test.json', element: 'row' },
      ...(kept === undefined ? {} : { kept }),
    }));

  it('S1 mapped + kept + duplicates + refused = entries, whatever comes, and nothing is new the second time but corrections', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(elements, { maxLength: 25 }), async (decoded) => {
        const world = testWorld();
        const source = { name: 'test.json', sha256: sha256('x'), format: 'test', bytes: 10 };
        for (let time = 0; time < 2; time++) {
          const { account } = await world.hub.admit(decoded, source);
          const sums = [account, ...Object.values(account.byType)].map(
            (a) => a.mapped + a.kept + a.duplicates + a.refused,
          );
          expect(sums[0]).toBe(decoded.length);
          expect(account.entries).toBe(decoded.length);
          expect(sums.slice(1).reduce((a, b) => a + b, 0)).toBe(decoded.length);
          for (const problem of account.problems) expect(problem.remedy).not.toBe('');
        }
        for (const subject of await world.hub.subjects()) await world.hub.history(subject, 'tank');
      }),
      { numRuns: 150 },
    );
  });

  it('S2 is a fixed point: a source without corrections brings nothing new when it comes again', async () => {
    const world = testWorld();
    const items = [...volumes(-100, 0), inflow(-30, 2), fact({ kind: 'boolean', value: false })];
    await world.take(items);
    const before = await world.store.lastSeq();
    const { account } = await world.take(items);
    expect(account).toMatchObject({ mapped: 0, kept: 0, refused: 0, duplicates: items.length });
    const added = await world.store.read({ afterSeq: before });
    expect(added.map((e) => e.kind)).toEqual(['import']);
  });

  it('B1 shows nothing of the content in an id or a key of the log', async () => {
    const { world } = await after([volume(-1, 5.4321, { provenance: from('secret-id') })]);
    const [entry] = await world.store.read({ kinds: ['observation'] });
    expect(entry!.id).not.toMatch(/5\.4321|secret|9999/);
  });

  describe('what was read out of words', () => {
    const derived = { from: 'text', charStart: 4, charEnd: 9, rule: 'test', confidence: 0.9 } as const;
    const provenance = { source: 'note.txt', element: 'note', derived };

    it('N1 is graded uncertain at best, whatever the door says of it', async () => {
      const { history, account } = await after([volume(-1, 5, { provenance }), volume(0, 6)]);
      expect(history.observations.map(({ grade }) => grade)).toEqual(['uncertain', 'good']);
      const marks = history.observations[0]!.marks.map(({ code }) => code);
      expect(marks).toEqual(['admit-derived-from-text']);
      expect(account).toMatchObject({ mapped: 2 });
    });

    it('N2 is no dose: a control is kept, with its reason', async () => {
      const { history, account } = await after([{ ...inflow(-1, 2), provenance }]);
      expect(history.controls).toEqual([]);
      expect(account).toMatchObject({ mapped: 0, kept: 1 });
      expect(account.problems).toEqual([expect.objectContaining({ code: 'admit-derived-from-text' })]);
    });

    it('N3 is a fact under a name that no pack reads', async () => {
      const { world, history } = await after([fact({ kind: 'boolean', value: true }, { provenance })]);
      expect(history.facts).toEqual([]);
      expect((await world.hub.facts('tank|1')).map(({ fact }) => fact)).toEqual(['note.broken']);
    });

    it('N4 gives way to the same from a record, and adds nothing to it', async () => {
      const told = volume(-1, 5, { provenance });
      const later = await after([told], [volume(-1, 5)]);
      expect(later.history.observations.map(({ grade }) => grade)).toEqual(['good']);
      const earlier = await after([volume(-1, 5)], [told]);
      expect(earlier.history.observations.map(({ grade }) => grade)).toEqual(['good']);
      expect(earlier.account).toMatchObject({ duplicates: 1 });
    });
  });
});
