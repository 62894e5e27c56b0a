import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Command } from 'commander';
import type { Begin } from '../begin.ts';

/** `gemel export-subject`: all that is held of a person, for the person: FHIR, and every entry of the log. */
export function exportSubjectCommand(begin: Begin): Command {
  return new Command('export-subject')
    .description('write all that is held of a person: bundle.json (FHIR R4) and log.ndjson (every entry of the log)')
    .argument('[subject]', 'may be left out where there is only one')
    .requiredOption('--person <name>', 'who asks for it')
    .option('--into <folder>', 'made where absent', 'subject-export')
    .action(async (asked: string | undefined, options: { person: string; into: string }, self: Command) => {
      const shell = begin(self);
      const { openPlace, subjectOf } = await import('../place.ts');
      const { onBehalf } = await import('../recorded.ts');
      const { actor } = await import('@gemel/server/node/govern/act');
      const { exportSubject } = await import('@gemel/server/node/govern/subject-export');
      const { world, hub } = await openPlace(shell);
      const { person, into: folder } = options;
      try {
        const subject = await subjectOf(hub, asked);
        const { bundle, entries, problems } = await actor(world)(
          { caller: onBehalf(person), action: 'export', type: 'Patient', subject },
          async () => ({ answer: await exportSubject(hub, world.store, subject), entities: [] }),
        );
        await mkdir(folder, { recursive: true });
        await shell.write(join(folder, 'bundle.json'), `${JSON.stringify(bundle, null, 1)}\n`);
        await shell.write(join(folder, 'log.ndjson'), entries.map((entry) => `${JSON.stringify(entry)}\n`).join(''));
        for (const problem of problems) shell.problem(problem);
        const counts = { resources: bundle.entry?.length ?? 0, entries: entries.length };
        const told = { subject, folder, ...counts, problems };
        await shell.result(
          told,
          `${folder}: ${counts.resources} resources, ${counts.entries} entries of the log; ${problems.length} have no form in FHIR`,
        );
      } finally {
        await world.close();
      }
    });
}
