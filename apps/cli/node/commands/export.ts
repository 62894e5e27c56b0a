import type { Hub } from '@gemel/runtime';
import { type Command, Option } from 'commander';
import { cliErrors } from '../../errors.data.ts';
import type { Begin } from '../begin.ts';
import { type AtSubject, subjectCommand } from './subject-command.ts';

/** `gemel export`: what leaves, as FHIR R4. */
export function exportCommand(begin: Begin): Command {
  const description = 'write FHIR R4: the newest proposal, a release that a person acted on, or the records';
  return subjectCommand<{ what: string; trace?: string }>(begin, 'export', description, async (at, { what, trace }) => {
    const bundle = what === 'records' ? await records(at.hub, at.subject, at.pack.id) : await told(at, trace);
    await at.shell.result(bundle, JSON.stringify(bundle, null, 1));
  })
    .addOption(new Option('--what <what>', 'what to write').choices(['proposal', 'records']).default('proposal'))
    .option('--trace <id>', 'the trace, where not the newest; one that a person acted on is written as a release');
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
