import type { Command } from 'commander';
import type { Begin } from '../begin.ts';
import { subjectCommand } from './subject-command.ts';

/** `gemel report`: the twin report of a subject as one self-contained HTML page. */
export function reportCommand(begin: Begin): Command {
  const description = 'write the report of a subject as one HTML page';
  return subjectCommand<{ unit: string }>(begin, 'report', description, async (at, { unit }) => {
    const { shell, hub, subject, pack, now } = at;
    const { sha256 } = await import('@gemel/server/node/world');
    const { standingReport } = await import('@gemel/server/views/standing-report');
    const report = await standingReport(hub, subject, pack.id, { now, unit, sha256 });
    await shell.result({ subject, pack: pack.id, numbers: report.numbers, html: report.html }, report.html);
  }).option('--unit <unit>', 'unit to show glucose in: mg/dL or mmol/L', 'mg/dL');
}
