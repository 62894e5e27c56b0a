import type { Hub } from '@gemel/runtime';
import { type Command, Option } from 'commander';
import { cliErrors } from '../../errors.data.ts';
import type { Begin } from '../begin.ts';
import type { Place } from '../place.ts';
import type { Shell } from '../shell.ts';
import { type AtSubject, subjectCommand } from './subject-command.ts';

interface ExportOptions {
  readonly what: string;
  readonly trace?: string;
  readonly omop?: string;
  readonly vocabulary?: string;
  readonly zone?: string;
}

/** `gemel export`: what leaves, as FHIR R4, or everybody's records as tables of the OMOP CDM. */
export function exportCommand(begin: Begin): Command {
  const description =
    'write FHIR R4: the newest proposal, a release that a person acted on, or the records; or OMOP tables';
  const fhir = async (at: AtSubject, { what, trace }: ExportOptions) => {
    const bundle = what === 'records' ? await records(at.hub, at.subject, at.pack.id) : await told(at, trace);
    await at.shell.result(bundle, JSON.stringify(bundle, null, 1));
  };
  return subjectCommand<ExportOptions>(begin, 'export', description, fhir, omop)
    .addOption(new Option('--what <what>', 'what to write').choices(['proposal', 'records']).default('proposal'))
    .option('--trace <id>', 'the trace, where not the newest; one that a person acted on is written as a release')
    .option('--omop <folder>', 'write the records of all subjects, or of the one named, as OMOP CDM 5.4 tables (CSV)')
    .option('--vocabulary <folder>', 'your OMOP vocabulary download: CONCEPT.csv, CONCEPT_RELATIONSHIP.csv')
    .option('--zone <zone>', 'zone of the times in OMOP tables', 'UTC');
}

/** Problems told in full; --json has all. */
const TOLD = 10;

async function omop(place: Place, shell: Shell, options: ExportOptions, asked?: string): Promise<boolean> {
  const { omop: folder, vocabulary, zone } = options;
  if (folder === undefined) return false;
  const { exportOmop } = await import('../omop-export.ts');
  const { subjectOf } = await import('../place.ts');
  const problems = await exportOmop(place, {
    folder,
    ...(vocabulary === undefined ? {} : { vocabulary }),
    ...(zone === undefined ? {} : { zone }),
    ...(asked === undefined ? {} : { subject: await subjectOf(place.hub, asked) }),
  });
  for (const problem of problems.slice(0, TOLD)) shell.problem(problem);
  if (problems.length > TOLD) shell.note(`… and ${problems.length - TOLD} more problems; --json lists them all`);
  await shell.result({ folder, problems }, `OMOP CDM 5.4 tables in ${folder}; ${problems.length} problems`);
  return true;
}

/** A release where a person has acted on the trace, else the proposal. */
async function told({ hub, subject, now }: AtSubject, id: string | undefined) {
  const traces = (await hub.traces(subject)).toSorted((a, b) => b.at - a.at);
  const trace = id === undefined ? traces[0] : traces.find((one) => one.id === id);
  if (trace === undefined) {
    const message = id === undefined ? `no advice was ever asked for "${subject}"` : `no trace "${id}" of "${subject}"`;
    throw cliErrors.error('cli-trace-unknown', message, { field: '--trace' }, 'Run gemel advise first.');
  }
  const { proposalBundle, releaseBundle } = await import('@gemel/server/views/standing-report');
  const { sha256 } = await import('@gemel/server/node/world');
  const released = await releaseBundle(hub, trace.id);
  if (released !== null) return released;
  return proposalBundle(trace, trace.advice.plans[0]?.forecast ?? null, await hub.facts(subject), now, sha256);
}

/** The admitted past as a FHIR collection: what was measured and given, never what was predicted. */
async function records(hub: Hub, subject: string, pack: string) {
  const { collection, encodeControl, encodeFact, encodeObservation } = await import('@gemel/exchange/fhir/encode');
  const history = await hub.history(subject, pack);
  return collection([
    ...history.facts.map(encodeFact).filter((resource) => resource !== null),
    ...history.observations.map(encodeObservation),
    ...history.controls.filter((control) => control.status !== 'proposed').map((control) => encodeControl(control)),
  ]);
}
