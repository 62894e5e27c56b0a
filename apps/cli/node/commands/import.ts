import type { LossAccount } from '@gemel/core';
import { Command } from 'commander';
import { EXIT } from '../../exit.ts';
import type { Begin } from '../begin.ts';
import { accountText } from '../shell.ts';
import type { RecordOptions } from '../sources.ts';
import { addRecordOptions } from './record-options.ts';

/** `gemel import`: records into the log, with a loss account for each source. */
export function importCommand(begin: Begin): Command {
  const command = new Command('import')
    .description('take records into the data folder')
    .argument('<records...>', 'files or folders; - is standard input');
  return addRecordOptions(command).action(async (paths: string[], options: RecordOptions, self: Command) => {
    const shell = begin(self);
    const { decode, lastInstant, readSources } = await import('../sources.ts');
    const { openPlace } = await import('../place.ts');
    const { recordImport } = await import('@gemel/server/node/govern/record-import');
    const sources = await readSources(paths, options);
    const { world, hub } = await openPlace(shell, shell.options.at === 'last' ? lastInstant(sources, options) : null);
    const accounts: LossAccount[] = [];
    const subjects = new Set<string>();
    try {
      for (const source of sources) {
        shell.checkpoint();
        const result = await hub.admit(
          decode(source, options),
          { name: source.name, sha256: source.sha256, format: source.door.id, bytes: source.bytes.length },
          { signal: shell.signal, onProgress: shell.progress },
        );
        accounts.push(result.account);
        for (const subject of result.subjects) subjects.add(subject);
        await recordImport(world, result.subjects, source.name);
        if (result.account.mapped + result.account.kept + result.account.duplicates === 0) shell.end(EXIT.input);
      }
    } finally {
      await world.close();
    }
    const text = accounts.map((account) => accountText(account, shell));
    const whose = [...subjects].join(', ');
    if (whose !== '') text.push(`subjects: ${whose}`);
    for (const account of accounts) {
      if (account.mapped + account.kept + account.duplicates === 0)
        for (const problem of account.problems) shell.problem(problem);
    }
    await shell.result({ accounts, subjects: [...subjects] }, text.join('\n'));
  });
}
