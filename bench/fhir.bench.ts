import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { indexRows } from '@gemel/exchange/fhir/search/extract';
import { LOCAL_PERSON } from '@gemel/server/node/auth/identify';
import { openFhir } from '@gemel/server/node/fhir/open-fhir';
import type { FhirRequest } from '@gemel/server/node/fhir/request';
import { openWorld } from '@gemel/server/node/world';
import type { Resource, ResourceVersion } from '@gemel/store/resource-contract';
import type { Bench, BenchRow } from './bench.ts';

const ROUNDS = 5;
/** Requests a second that reads are sent at, and how long. */
const RATE = 500;
const SECONDS = 10;
const SEARCHES = 400;
/** Observations that are searched among; GEMEL_BENCH_OBSERVATIONS says another number. */
const OBSERVATIONS = Number(process.env.GEMEL_BENCH_OBSERVATIONS ?? 100_000);
const CODES = 200;

interface Entry {
  readonly fullUrl: string;
  readonly resource: Resource;
}

function synthea(): readonly (readonly Entry[])[] {
  const folder = join(process.env.GEMEL_DATA ?? '../shared/data', 'synthea-r4');
  if (!existsSync(folder)) return [];
  return readdirSync(folder).map((file) => JSON.parse(readFileSync(join(folder, file), 'utf8')).entry as Entry[]);
}

/** A transaction's body as it comes over the wire. */
const transaction = (entries: readonly Entry[]): string =>
  JSON.stringify({
    resourceType: 'Bundle',
    type: 'transaction',
    entry: entries.map(({ fullUrl, resource }) => ({
      fullUrl,
      resource,
      request: { method: 'POST', url: resource.resourceType },
    })),
  });

const percentile = (times: readonly number[], share: number) =>
  [...times].sort((a, b) => a - b)[Math.ceil(share * times.length) - 1]!;

async function server() {
  const folder = mkdtempSync(join(tmpdir(), 'gemel-bench-'));
  const world = await openWorld({ folder });
  const fhir = (await openFhir({
    world,
    failed: (error) => {
      throw error;
    },
  }))!;
  const send = async (part: Partial<FhirRequest>): Promise<Resource> => {
    const request = {
      method: 'GET',
      path: [],
      query: [],
      headers: {},
      body: null,
      caller: LOCAL_PERSON,
      base: 'http://here/fhir',
      ...part,
    };
    return (await fhir.service.handle(request)).body!;
  };
  const close = async () => {
    await fhir.close();
    await world.close();
    rmSync(folder, { recursive: true });
  };
  return { fhir, send, close };
}

/** Bodies of text into the log on the disk: parsed, checked, indexed, sealed, audited; and made data of twins. */
async function ingest(bundles: readonly (readonly Entry[])[]): Promise<readonly BenchRow[]> {
  const { fhir, send, close } = await server();
  const bodies = bundles.map(transaction);
  const resources = bundles.reduce((sum, entries) => sum + entries.length, 0);
  let best = { answered: 0, busy: 0, settled: 0 };
  for (let round = 0; round < ROUNDS; round++) {
    const cpu = process.cpuUsage();
    const start = performance.now();
    for (const body of bodies) await send({ method: 'POST', body: JSON.parse(body) });
    const answered = resources / ((performance.now() - start) / 1000);
    await fhir.settled();
    const settled = resources / ((performance.now() - start) / 1000);
    const { user, system } = process.cpuUsage(cpu);
    if (answered > best.answered) best = { answered, busy: resources / ((user + system) / 1e6), settled };
  }
  await close();
  const what = `asked: 2,500; ${resources} resources in ${bodies.length} transactions, best of ${ROUNDS} rounds`;
  return [
    { name: 'transactions of Synthea bundles, until answered', value: best.answered, unit: 'resources/s', note: what },
    { name: 'the same, until the twins know', value: best.settled, unit: 'resources/s' },
    { name: 'the same, of processor time', value: best.busy, unit: 'resources/s' },
  ];
}

function extraction(bundles: readonly (readonly Entry[])[]): BenchRow {
  const resources = bundles.flat().map(({ resource }) => resource);
  let best = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const cpu = process.cpuUsage();
    for (const resource of resources) indexRows(resource);
    const { user, system } = process.cpuUsage(cpu);
    best = Math.max(best, resources.length / ((user + system) / 1e6));
  }
  return { name: 'what resources are found by, worked out', value: best, unit: 'resources/s', note: 'one core' };
}

const observation = (i: number): Resource => ({
  resourceType: 'Observation',
  id: `o${i}`,
  status: 'final',
  category: [
    { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/observation-category', code: 'laboratory' }] },
  ],
  code: { coding: [{ system: 'http://loinc.org', code: `${1000 + (i % CODES)}-1` }] },
  subject: { reference: `Patient/p${i % 1000}` },
  effectiveDateTime: new Date(Date.UTC(2024, 0, 1) + (i % 500_000) * 60_000).toISOString(),
  valueQuantity: { value: i % 300, unit: 'mg/dL', system: 'http://unitsofmeasure.org', code: 'mg/dL' },
});

/** Reads at a steady rate, and searches one after another, among many observations. */
async function answers(): Promise<readonly BenchRow[]> {
  const { fhir, send, close } = await server();
  const { resources } = fhir;
  const at = Date.UTC(2025, 0, 1) as ResourceVersion['at'];
  for (let from = 0; from < OBSERVATIONS; from += 2000) {
    const writes = Array.from({ length: Math.min(2000, OBSERVATIONS - from) }, (_, i) => {
      const resource = observation(from + i);
      return { type: 'Observation', id: String(resource.id), subject: `Patient/p${(from + i) % 1000}`, resource };
    });
    await resources.write({ lookups: [], decide: () => ({ writes }) }, at);
  }
  const timed = async (count: number, work: (i: number) => Promise<unknown>): Promise<readonly number[]> => {
    const times: number[] = [];
    for (let i = 0; i < count; i++) {
      const start = performance.now();
      await work(i);
      times.push(performance.now() - start);
    }
    return times;
  };
  const search = (query: readonly (readonly [string, string])[]) => send({ path: ['Observation'], query });
  const code = (i: number) => ['code', `http://loinc.org|${1000 + ((i * 7919) % CODES)}-1`] as const;
  await timed(50, (i) => search([code(i)]));
  const tokens = await timed(SEARCHES, (i) => search([code(i), ['_count', '20']]));
  const newest = await timed(SEARCHES, (i) =>
    search([['patient', `Patient/p${(i * 31) % 1000}`], code(i), ['_sort', '-date'], ['_count', '20']]),
  );
  const composite = await timed(SEARCHES, (i) =>
    search([
      ['code-value-quantity', `${code(i)[1]}$gt290`],
      ['patient', `Patient/p${i}`],
    ]),
  );
  const waits: number[] = [];
  const start = performance.now();
  for (let i = 0; i < RATE * SECONDS; i++) {
    // A read is late from the moment it should have been sent.
    const due = start + (i * 1000) / RATE;
    while (performance.now() < due) await new Promise((resolve) => setImmediate(resolve));
    await send({ path: ['Observation', `o${(i * 7919) % OBSERVATIONS}`] });
    waits.push(performance.now() - due);
  }
  await close();
  const among = `among ${OBSERVATIONS} observations`;
  return [
    {
      name: `reads at ${RATE}/s, 99th percentile`,
      value: percentile(waits, 0.99),
      unit: 'ms',
      atMost: 10,
      note: among,
    },
    {
      name: 'search by code, 99th percentile',
      value: percentile(tokens, 0.99),
      unit: 'ms',
      atMost: 25,
      note: `${among}, ${OBSERVATIONS / CODES} hits, a page of 20`,
    },
    {
      name: 'search by patient and code, newest first, 99th percentile',
      value: percentile(newest, 0.99),
      unit: 'ms',
      note: among,
    },
    {
      name: 'search by code and value together, of a patient, 99th percentile',
      value: percentile(composite, 0.99),
      unit: 'ms',
      note: among,
    },
  ];
}

export default {
  id: 'fhir',
  title: 'FHIR server over SQLite: audit, sealing and checks on; the service itself, without HTTP',
  async run() {
    const bundles = synthea();
    const none = { value: null, unit: 'resources/s', note: 'no Synthea bundles at hand' };
    const written =
      bundles.length === 0
        ? [{ name: 'transactions of Synthea bundles', ...none }]
        : [...(await ingest(bundles)), extraction(bundles)];
    return [...written, ...(await answers())];
  },
} satisfies Bench;
