import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { instant } from '@gemel/core';
import type { IndexRow } from '@gemel/core/resource-search';
import { defineValidation } from '@gemel/core/validation';
import { indexRows } from '@gemel/exchange/fhir/search/extract';
import { parametersOf } from '@gemel/exchange/fhir/search/parameter';
import { LOCAL_PERSON } from '../node/auth/identify.ts';
import { openFhir } from '../node/fhir/open-fhir.ts';
import { openWorld } from '../node/world.ts';
import { US_CORE_RESOURCES } from './us-core.data.ts';

const TABLES =
  'allergy_intolerance blood_pressure bmi body_height body_temperature body_weight care_plan care_team condition condition_encounter_diagnosis condition_problems_health_concerns coverage device diagnostic_report_lab diagnostic_report_note document_reference encounter goal head_circumference head_circumference_percentile heart_rate immunization medication_dispense medication_request observation observation_clinical_result observation_lab observation_occupation observation_pregnancyintent observation_pregnancystatus observation_screening_assessment observation_sexual_orientation organization patient pediatric_bmi_for_age pediatric_weight_for_height practitioner practitioner_role procedure provenance pulse_oximetry questionnaire_response related_person respiratory_rate service_request simple_observation smokingstatus specimen'
    .split(' ')
    .map((name) => `us-core-6.1/${name}.metadata.yml`);

interface Table {
  readonly type: string;
  /** Parameters that are searched by together. */
  readonly searches: readonly (readonly string[])[];
  /** Comparators that a date parameter must take. */
  readonly comparators: readonly (readonly [parameter: string, comparator: string])[];
  readonly revincludes: readonly string[];
}

/** What a table asks: of its YAML only these parts. */
function tableOf(text: string): Table {
  const type = /^:resource: (\w+)/m.exec(text)![1]!;
  const part = (from: string, to: string) => text.split(`\n${from}:`)[1]?.split(`\n${to}`)[0] ?? '';
  const searches = [...part(':searches', ':').matchAll(/:names:\n((?: {2}- .*\n?)+)/g)].map(([, names]) =>
    names!.split('\n').flatMap((line) => /- (\S+)/.exec(line)?.[1] ?? []),
  );
  const comparators = [
    ...part(':search_definitions', ':').matchAll(/\n {2}:([\w-]+):\n((?: {4}.*\n?| {2}- .*\n?)*)/g),
  ].flatMap(([, parameter, body]) =>
    [...(/:comparators:\n((?: {6}.*\n?)+)/.exec(body!)?.[1] ?? '').matchAll(/:(\w+): \w+/g)].map(
      ([, comparator]) => [parameter!, comparator!] as const,
    ),
  );
  const revincludes = [...part(':revincludes', ':').matchAll(/- (\S+:\S+)/g)].map(([, name]) => name!);
  return { type, searches, comparators, revincludes };
}

/** How the resource is asked for by a parameter; null where it has nothing to be found by. */
function wantedOf(type: string, parameter: string, resource: Readonly<Record<string, unknown>>): string | null {
  if (parameter === '_id') return String(resource.id);
  const row = indexRows(resource).find(({ param }) => param === `${type}.${parameter}`);
  return row === undefined ? null : asked(row);
}

function asked(row: IndexRow): string {
  switch (row.kind) {
    case 'token':
      return row.system === '' ? row.code : `${row.system}|${row.code}`;
    case 'string':
      return row.exact;
    case 'range':
      // A period lies within no one day.
      return `${row.high - row.low > 86_400_000 ? 'ge' : ''}${new Date(row.low).toISOString().slice(0, 10)}`;
    case 'quantity':
      return String(row.low);
    case 'reference':
      return row.target;
  }
}

/** Comparators that find what lies long after the date given, and long before it. */
const LATER = new Set(['gt', 'ge', 'sa', 'ne']);
const EARLIER = new Set(['lt', 'le', 'eb', 'ne']);

/** A value of the parameter that nothing here has. */
const OTHER: Readonly<Record<string, string>> = {
  token: 'none-has-it',
  string: 'Nobody',
  date: '1901-01-01',
  reference: 'Patient/none',
};

export default defineValidation({
  id: 'uscore2023',
  title: 'Searches of US Core 6.1',
  citation: 'HL7 US Core Implementation Guide 6.1.0 (2023), search tables as the Inferno test kit has them',
  data: TABLES,
  slow: false,
  rows: [
    { name: 'searches in the tables', source: 'metadata', unit: '', expected: 232, tolerance: 0 },
    {
      name: 'searches that find what they are about, strictly handled',
      source: 'metadata',
      unit: '',
      expected: 232,
      tolerance: 0,
    },
    {
      name: 'searches that leave it out once a value is another',
      source: 'metadata',
      unit: '',
      expected: 232,
      tolerance: 0,
    },
    { name: 'comparators of dates in the tables', unit: '', expected: null, atLeast: 100 },
    { name: 'comparators not answered rightly', unit: '', expected: 0, tolerance: 0 },
    { name: 'tables that ask for Provenance with their resources', unit: '', expected: null, atLeast: 40 },
    { name: 'tables that do not get it', unit: '', expected: 0, tolerance: 0 },
  ],
  async run({ read }) {
    const folder = mkdtempSync(join(tmpdir(), 'gemel-us-core-'));
    const world = await openWorld({ folder, clock: () => instant(Date.UTC(2025, 0, 1)) });
    const failed: unknown[] = [];
    const fhir = (await openFhir({ world, failed: (error) => failed.push(error) }))!;
    const base = 'http://here/fhir';
    const send = (
      method: string,
      path: readonly string[],
      query: readonly (readonly [string, string])[],
      body?: unknown,
    ) =>
      fhir.service.handle({
        method,
        path,
        query,
        headers: { prefer: 'handling=strict' },
        body,
        caller: LOCAL_PERSON,
        base,
      });
    try {
      for (const resource of US_CORE_RESOURCES)
        await send('PUT', [String(resource.resourceType), String(resource.id)], [], resource);
      const found = async (type: string, query: readonly (readonly [string, string])[]) => {
        const { body } = await send('GET', [type], query);
        return ((body!.entry ?? []) as readonly { resource: { resourceType: string; id: string } }[]).map(
          ({ resource }) => `${resource.resourceType}/${resource.id}`,
        );
      };
      const told = { searches: 0, found: 0, left: 0, comparators: 0, wrong: 0, revincludes: 0, missing: 0 };
      for (const name of TABLES) {
        const { type, searches, comparators, revincludes } = tableOf(new TextDecoder().decode(read(name)));
        const resource = US_CORE_RESOURCES.find((one) => one.resourceType === type)!;
        const key = `${type}/${String(resource.id)}`;
        for (const names of searches) {
          told.searches++;
          const query = names.map((parameter) => [parameter, wantedOf(type, parameter, resource) ?? ''] as const);
          if (query.some(([, value]) => value === '')) continue;
          if ((await found(type, query)).includes(key)) told.found++;
          const others = await Promise.all(
            query.map(async ([parameter], i) => {
              const kind = parametersOf(type).get(parameter)?.type ?? 'token';
              return found(type, query.with(i, [parameter, OTHER[kind]!]));
            }),
          );
          if (others.every((ids) => !ids.includes(key))) told.left++;
        }
        for (const [parameter, comparator] of comparators) {
          told.comparators++;
          const day = wantedOf(type, parameter, resource);
          const ids = async (value: string) =>
            (await found(type, [[parameter, `${comparator}${value}`]])).includes(key);
          const [before, after] = [await ids('1950-01-01'), await ids('2050-01-01')];
          const right = before === LATER.has(comparator) && after === EARLIER.has(comparator);
          if (day === null || !right) told.wrong++;
        }
        if (revincludes.includes('Provenance:target')) {
          told.revincludes++;
          const ids = await found(type, [
            ['_id', String(resource.id)],
            ['_revinclude', 'Provenance:target'],
          ]);
          if (!ids.includes('Provenance/provenance')) told.missing++;
        }
      }
      return {
        'searches in the tables': told.searches,
        'searches that find what they are about, strictly handled': told.found,
        'searches that leave it out once a value is another': told.left,
        'comparators of dates in the tables': told.comparators,
        'comparators not answered rightly': told.wrong,
        'tables that ask for Provenance with their resources': told.revincludes,
        'tables that do not get it': told.missing,
      };
    } finally {
      await fhir.close();
      await world.close();
      rmSync(folder, { recursive: true, force: true });
    }
  },
});
