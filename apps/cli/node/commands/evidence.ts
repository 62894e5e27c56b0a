import { Command } from 'commander';
import type { Begin } from '../begin.ts';
import { runScript } from '../script.ts';

/** `gemel evidence`: runs the validation files and rewrites the report. */
export function evidenceCommand(begin: Begin): Command {
  return new Command('evidence')
    .description('run every validation file and rewrite REPORT.md')
    .option('--full', 'rerun the slow ones too')
    .action(async (options: { full?: boolean }, self: Command) => {
      const shell = begin(self);
      await runScript(shell, '../../../evidence/node/main.ts', options.full ? ['--full'] : []);
    });
}
