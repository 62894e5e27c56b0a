import type { Hub } from '@gemel/runtime';
import { Command, Option } from 'commander';
import { cliErrors } from '../../errors.data.ts';
import type { Begin } from '../begin.ts';

/** `gemel export`: what leaves, as FHIR R4. */
export function exportCommand(begin: Begin): Command {
  return new Command('export')
    .description('write FHIR R4: the newest proposal, a release that a person acted on, or the records')
    .argument('[subject]', 'may be left out where there is only one')
    .option('--pack <id>', 'which twin, where several could be')
    .addOption(new Option('--what <what>', 'what to write').choices(['proposal', 'records']).default('proposal'))
    .option('--trace <id>', 'the trace, where not the newest; one that a person acted on is written as a release')
    .action(
      async (asked: string | undefined, options: { pack?: string; what: string; trace?: string }, self: Command) => {
        const shell = begin(self);
        const { openPlace, packOf, subjectOf } = await import('../place.ts');
        const { world, hub, now } = await openPlace(shell);
        try {
          const subject = await subjectOf(hub, asked);
          const pack = await packOf(hub, subject, options.pack);
          const bundle =
            options.what === 'records'
              ? await records(hub, subject, pack.id)
              : await proposal(hub, subject, options.trace);
          await shell.result(bundle, JSON.stringify(bundle, null, 1));
        } finally {
          await world.close();
        }

        async function proposal(from: Hub, subject: string, id: string | undefined) {
          const { proposalBundle } = await import('@gemel/server/views/standing-report');
          const { sha256 } = await import('@gemel/server/node/world');
          const traces = (await from.traces(subject)).toSorted((a, b) => b.at - a.at);
          const trace = id === undefined ? traces[0] : traces.find((one) => one.id === id);
          if (trace === undefined) {
            const message =
              id === undefined ? `no advice was ever asked for "${subject}"` : `no trace "${id}" of "${subject}"`;
            throw cliErrors.error('cli-trace-unknown', message, { field: '--trace' }, 'Run gemel advise first.');
          }
          const facts = await from.facts(subject);
          return proposalBundle(trace, trace.advice.plans[0]?.forecast ?? null, facts, now, sha256);
        }
      },
    );
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
