import { Command } from 'commander';
import type { Begin } from '../begin.ts';

/** `gemel report`: the twin report of a subject as one self-contained HTML page. */
export function reportCommand(begin: Begin): Command {
  return new Command('report')
    .description('write the report of a subject as one HTML page')
    .argument('[subject]', 'may be left out where there is only one')
    .option('--pack <id>', 'which twin, where several could be')
    .option('--unit <unit>', 'unit to show glucose in: mg/dL or mmol/L', 'mg/dL')
    .action(async (asked: string | undefined, options: { pack?: string; unit: string }, self: Command) => {
      const shell = begin(self);
      const { openPlace, packOf, subjectOf } = await import('../place.ts');
      const { sha256 } = await import('@gemel/server/node/world');
      const { standingReport } = await import('@gemel/server/views/standing-report');
      const { world, hub, now } = await openPlace(shell);
      try {
        const subject = await subjectOf(hub, asked);
        const pack = await packOf(hub, subject, options.pack);
        const report = await standingReport(hub, subject, pack.id, { now, unit: options.unit, sha256 });
        await shell.result({ subject, pack: pack.id, numbers: report.numbers, html: report.html }, report.html);
      } finally {
        await world.close();
      }
    });
}
