import {
  type Consent,
  type ConsentProvision,
  coding,
  consentFact,
  GEMEL,
  type Instant,
  type RawFact,
} from '@gemel/core';
import { memory } from '@gemel/store';
import { beforeAll, describe, expect, it } from 'vitest';
import { tank } from '../fixtures/tank.ts';
import { inflow, minute, sha256, type TestWorld, testWorld, volume, volumes } from '../fixtures/world.ts';
import type { Pack } from '../pack.ts';
import { createGovernor, DEFAULT_SETTINGS, type Governor, type Use } from './decide.ts';
import { DEFAULT_POLICIES, openPolicies } from './node/cedar.ts';
import { HL7_PURPOSE } from './purposes.data.ts';

const TWIN: Use = { agent: { id: 'twin', kind: 'system', roles: [] }, purpose: 'TREAT' };
const RESEARCH: Use = { agent: { id: 'person|r', kind: 'person', roles: ['researcher'] }, purpose: 'HRESCH' };
const VOLUME = 'http://loinc.org|9999-1';
const PSY = 'urn:s|PSY';
const agree = { kind: 'agree', person: 'A', at: minute(0), reason: 'Fits.' } as const;

let governor: Governor;
beforeAll(() => {
  governor = createGovernor(openPolicies([DEFAULT_POLICIES], sha256), DEFAULT_SETTINGS, sha256);
});

/** A consent as a door gives it; a later version of the same reference takes its place. */
function consent(type: 'permit' | 'deny', part: Partial<Consent> = {}, rule: Partial<ConsentProvision> = {}): RawFact {
  const root: ConsentProvision = { type, provisions: [], ...rule };
  const whole: Consent = {
    reference: 'Consent/1',
    status: 'active',
    scope: 'patient-privacy',
    dateTime: minute(-200),
    root,
    ...part,
  };
  return {
    kind: 'fact',
    subject: 'tank|1',
    ...consentFact(whole),
    time: { start: whole.dateTime, offset: 0 },
    provenance: { source: 'consent.json', element: 'Consent', sourceId: whole.reference },
  };
}

function restriction(from: number, to?: number): RawFact {
  const time = { start: minute(from), offset: 0, ...(to === undefined ? {} : { end: minute(to) }) };
  const provenance = { source: 'x', element: 'x', sourceId: 'restriction/1' };
  return {
    kind: 'fact',
    subject: 'tank|1',
    fact: 'restriction',
    codings: [],
    value: { kind: 'text', text: 'contested' },
    time,
    provenance,
  };
}

async function calibrated(
  options: Parameters<typeof testWorld>[0] = {},
  more: Parameters<TestWorld['take']>[0] = [],
): Promise<TestWorld> {
  const world = testWorld({ governs: { governor, use: TWIN }, ...options });
  await world.take([...volumes(-100, 0), inflow(-50, 1), ...more]);
  expect(await world.hub.calibrate('tank|1', 'tank')).not.toHaveProperty('kind', 'withheld');
  return world;
}

describe('what a simulation may use', () => {
  it('S1 without a word of the person the twin uses everything for treatment, and says on what it rests', async () => {
    const world = await calibrated();
    const plain = testWorld({ store: memory() });
    await plain.take([...volumes(-100, 0), inflow(-50, 1)]);
    await plain.hub.calibrate('tank|1', 'tank');
    const [trace, bare] = [await world.hub.advise('tank|1', 'tank'), await plain.hub.advise('tank|1', 'tank')];
    expect(trace.governance).toMatchObject({
      purpose: 'TREAT',
      agent: 'twin',
      consents: [],
      policies: ['consent-implied'],
      leftOut: [],
    });
    expect(trace.governance!.classes).toEqual(['medication', 'observation']);
    expect(bare).not.toHaveProperty('governance');
    expect(trace.advice.plans.map((plan) => plan.total)).toEqual(bare.advice.plans.map((plan) => plan.total));
    expect(await world.hub.replay(trace.id)).toEqual({ equal: true, differences: [] });
  });

  it('S2 a withdrawn consent pauses the twin: nothing is foretold, weighed, calibrated or released, and it says why', async () => {
    const world = await calibrated({}, [consent('permit')]);
    const { hub } = world;
    const before = await hub.advise('tank|1', 'tank');
    expect(before).toMatchObject({ advice: { kind: 'advise' }, governance: { consents: ['Consent/1'] } });
    expect(await hub.paused('tank|1', 'tank')).toEqual([]);
    world.now = minute(1);
    await world.take([consent('permit', { status: 'inactive' })]);
    const reason = { code: 'consent-revoked', statement: expect.stringContaining('withdrawn the consent (Consent/1)') };
    expect(await hub.paused('tank|1', 'tank')).toEqual([reason]);
    expect(await hub.forecast('tank|1', 'tank')).toEqual({ kind: 'withheld', service: 'forecast', missing: [reason] });
    expect(await hub.whatIf('tank|1', 'tank', [{ id: 'a', title: 'a', controls: [] }])).toMatchObject({
      missing: [reason],
    });
    expect(await hub.calibrate('tank|1', 'tank')).toMatchObject({ kind: 'withheld', missing: [reason] });
    expect(await hub.belief('tank|1', 'tank')).toBeNull();
    expect(await hub.calibrated('tank|1', 'tank')).toBe(false);
    expect(await hub.ledger('tank|1', 'tank')).toBeNull();
    const { observations, controls, facts } = await hub.history('tank|1', 'tank');
    expect([observations, controls, facts]).toEqual([[], [], []]);
    const abstained = await hub.advise('tank|1', 'tank');
    expect(abstained).toMatchObject({
      inputs: [],
      belief: '',
      posterior: [],
      advice: { kind: 'abstain', code: 'consent-revoked', plans: [] },
    });
    await expect(hub.act(before.id, agree)).rejects.toMatchObject({ code: 'govern-withheld' });
    expect(await hub.packsOf('tank|1')).toEqual(['tank']);
    for (const { id } of [before, abstained]) expect(await hub.replay(id)).toEqual({ equal: true, differences: [] });
    world.now = minute(2);
    await world.take([consent('permit', { reference: 'Consent/2', dateTime: minute(2) })]);
    expect((await hub.forecast('tank|1', 'tank')).kind).toBe('forecast');
    expect((await hub.act(before.id, { ...agree, kind: 'reject' })).plan).toBeNull();
  });

  it('S3 data of a refused kind are left out, and the trace says so; what rested on them must be calibrated anew', async () => {
    const world = await calibrated({}, [inflow(-30, 2, { labels: [PSY] })]);
    const { hub } = world;
    const all = await hub.advise('tank|1', 'tank');
    await world.take([consent('permit', {}, { provisions: [{ type: 'deny', labels: [PSY], provisions: [] }] })]);
    expect(await hub.paused('tank|1', 'tank')).toEqual([]);
    expect((await hub.history('tank|1', 'tank')).controls).toHaveLength(1);
    expect(await hub.calibrated('tank|1', 'tank')).toBe(false);
    expect(await hub.forecast('tank|1', 'tank')).toMatchObject({
      kind: 'withheld',
      missing: [{ code: 'not-calibrated' }],
    });
    await expect(hub.act(all.id, agree)).rejects.toMatchObject({ code: 'release-inputs-changed' });
    await hub.calibrate('tank|1', 'tank');
    const less = await hub.advise('tank|1', 'tank');
    expect(less.inputs.map(({ name }) => name)).toEqual(['volume', 'inflow']);
    expect(less.governance!.leftOut).toEqual([
      {
        kind: `MedicationAdministration https://gemel.example.org/codes|toy.inflow ${PSY}`,
        code: 'consent-refused',
        reason: expect.any(String),
      },
    ]);
    for (const { id } of [all, less]) expect(await hub.replay(id)).toEqual({ equal: true, differences: [] });
    await world.take([consent('permit', { reference: 'Consent/9', dateTime: minute(-1) })]);
    expect((await hub.history('tank|1', 'tank')).controls).toHaveLength(2);
    expect((await hub.forecast('tank|1', 'tank')).kind).toBe('forecast');
  });

  it('S4 the twin sees what one sees that never had what is left out', async () => {
    const world = await calibrated({}, [
      inflow(-30, 2, { labels: [PSY] }),
      consent('permit', {}, { provisions: [{ type: 'deny', labels: [PSY], provisions: [] }] }),
    ]);
    const never = testWorld({ store: memory() });
    await never.take([...volumes(-100, 0), inflow(-50, 1)]);
    await never.hub.calibrate('tank|1', 'tank');
    const [a, b] = [await world.hub.belief('tank|1', 'tank'), await never.hub.belief('tank|1', 'tank')];
    expect(a!.members).toHaveLength(b!.members.length);
    const held = await world.hub.history('tank|1', 'tank');
    const had = await never.hub.history('tank|1', 'tank');
    expect(held.controls.map(({ value, from }) => [value, from])).toEqual(
      had.controls.map(({ value, from }) => [value, from]),
    );
    expect(held.observations.map(({ value }) => value)).toEqual(had.observations.map(({ value }) => value));
  });

  it('S5 only data from a time, or one value, may be refused', async () => {
    const period = { from: minute(-100), to: minute(-60) };
    const world = testWorld({ governs: { governor, use: TWIN } });
    await world.take([
      ...volumes(-100, 0),
      consent('permit', {}, { provisions: [{ type: 'deny', dataPeriod: period, provisions: [] }] }),
    ]);
    const seen = await world.hub.history('tank|1', 'tank');
    expect(seen.observations.map(({ trueAt }) => trueAt)).toEqual(
      [-55, -50, -45, -40, -35, -30, -25, -20, -15, -10, -5, 0].map(minute),
    );
    await world.hub.calibrate('tank|1', 'tank');
    const trace = await world.hub.advise('tank|1', 'tank');
    expect(trace.governance!.leftOut).toMatchObject([{ kind: `Observation ${VOLUME}`, items: { length: 9 } }]);
    await world.take([volume(-70, 3)]);
    expect((await world.hub.history('tank|1', 'tank')).observations).toHaveLength(12);
    expect(await world.hub.replay(trace.id)).toEqual({ equal: true, differences: [] });
  });

  it('S6 another purpose sees what may be used for it, and a calibration of more data does not serve it', async () => {
    const research = { purposes: [`${HL7_PURPOSE}|HRESCH`] };
    const observations = { classes: ['http://hl7.org/fhir/resource-types|Observation'] };
    const world = await calibrated();
    const { hub } = world;
    const other = hub.under(RESEARCH);
    expect(await other.forecast('tank|1', 'tank')).toMatchObject({
      kind: 'withheld',
      missing: [{ code: 'consent-missing' }],
    });
    await world.take([consent('permit', {}, { ...research, ...observations })]);
    expect((await other.history('tank|1', 'tank')).controls).toEqual([]);
    expect((await hub.history('tank|1', 'tank')).controls).toHaveLength(1);
    expect(await other.forecast('tank|1', 'tank')).toMatchObject({ missing: [{ code: 'not-calibrated' }] });
    await other.calibrate('tank|1', 'tank');
    const before = (await world.store.read({ kinds: ['forecast'] })).length;
    expect((await other.forecast('tank|1', 'tank')).kind).toBe('forecast');
    expect((await world.store.read({ kinds: ['forecast'] })).length).toBe(before);
    const trace = await other.advise('tank|1', 'tank');
    expect(trace.governance).toMatchObject({ purpose: 'HRESCH', agent: 'person|r', consents: ['Consent/1'] });
    expect(await hub.replay(trace.id)).toEqual({ equal: true, differences: [] });
    expect(() => hub.under({ ...RESEARCH, purpose: 'FUN' })).toThrow(/no purpose/);
    const payer = hub.under({ agent: RESEARCH.agent, purpose: 'HPAYMT' });
    expect(await payer.forecast('tank|1', 'tank')).toMatchObject({ missing: [{ code: 'purpose-refused' }] });
  });

  it('S7 a restriction stops the twin and its end lets it go on; a consent’s end too, without anything new in the log', async () => {
    const world = await calibrated();
    const { hub } = world;
    await world.take([restriction(10, 20)]);
    const state = async (at: number) => {
      world.now = minute(at);
      const answer = await hub.forecast('tank|1', 'tank');
      return answer.kind === 'withheld' ? answer.missing[0]!.code : answer.kind;
    };
    expect([await state(9), await state(10), await state(19), await state(20)]).toEqual([
      'forecast',
      'restricted',
      'restricted',
      'forecast',
    ]);
    const period = { from: null, to: minute(30) as Instant };
    await world.take([consent('deny', { dateTime: minute(20) }, { period })]);
    expect([await state(25), await state(30), await state(31)]).toEqual([
      'consent-refused',
      'consent-refused',
      'forecast',
    ]);
  });

  it('S8 a broken glass lets the twin speak, marked, and the twin itself stays paused', async () => {
    const world = await calibrated({}, [
      consent('deny', { dateTime: minute(-1) }, { actions: ['use'], purposes: [`${HL7_PURPOSE}|HRESCH`] }),
    ]);
    await world.take([consent('deny', { reference: 'Consent/2', dateTime: minute(0) })]);
    const doctor = {
      agent: { id: 'person|d', kind: 'person', roles: ['clinician'] },
      purpose: 'TREAT',
      breakGlass: 'Coma',
    } as const;
    const opened = world.hub.under(doctor);
    expect(await world.hub.paused('tank|1', 'tank')).toHaveLength(1);
    expect(await opened.paused('tank|1', 'tank')).toEqual([]);
    const trace = await opened.advise('tank|1', 'tank');
    expect(trace).toMatchObject({
      advice: { kind: 'advise' },
      governance: { breakGlass: 'Coma', consents: ['Consent/2'] },
    });
    expect(await world.hub.replay(trace.id)).toEqual({ equal: true, differences: [] });
  });

  it('S9 replays by the ruling that was given, whatever policies hold now, and finds a ruling that was changed', async () => {
    const store = memory();
    const world = await calibrated({ store }, [
      consent('permit', {}, { provisions: [{ type: 'deny', labels: [PSY], provisions: [] }] }),
    ]);
    const { id } = await world.hub.advise('tank|1', 'tank');
    const nothing = openPolicies(
      [{ name: 'none.cedar', text: '@id("none") forbid (principal, action, resource);' }],
      sha256,
    );
    const strict = { governor: createGovernor(nothing, DEFAULT_SETTINGS, sha256), use: TWIN };
    const later = testWorld({ store, governs: strict });
    expect(await later.hub.forecast('tank|1', 'tank')).toMatchObject({ missing: [{ code: 'policy-refused' }] });
    expect(await later.hub.replay(id)).toEqual({ equal: true, differences: [] });
    const lying = {
      ...store,
      get: async (name: string) => {
        const entry = await store.get(name);
        return entry === null
          ? null
          : {
              ...entry,
              payload: JSON.parse(
                JSON.stringify(entry.payload).replace('"consents":["Consent/1"]', '"consents":["Consent/2"]'),
              ),
            };
      },
    };
    const { differences } = await testWorld({ store: lying, governs: strict }).hub.replay(id);
    expect(differences).toContainEqual(expect.stringMatching(/^decision hash: was/));
  });

  it('S10 what drives a twin from beside is governed too', async () => {
    const LEVEL = coding(GEMEL, 'shared.level');
    const upper: Pack<unknown> = { ...(tank as Pack<unknown>), publishes: [{ code: LEVEL, quantity: 'volume' }] };
    const basin: Pack<unknown> = {
      ...(tank as Pack<unknown>),
      id: 'basin',
      consumes: [{ code: LEVEL, control: 'inflow' }],
    };
    const world = testWorld({ packs: [upper, basin], governs: { governor, use: TWIN } });
    await world.take([...volumes(-100, 0), inflow(-50, 1, { labels: [PSY] })]);
    for (const pack of ['tank', 'basin']) await world.hub.calibrate('tank|1', pack);
    const first = await world.hub.advise('tank|1', 'basin');
    await world.take([consent('permit', {}, { provisions: [{ type: 'deny', labels: [PSY], provisions: [] }] })]);
    for (const pack of ['tank', 'basin']) await world.hub.calibrate('tank|1', pack);
    const second = await world.hub.advise('tank|1', 'basin');
    await world.take([volume(1, 8)]);
    for (const { id } of [first, second]) expect(await world.hub.replay(id)).toEqual({ equal: true, differences: [] });
  });
});
