import process from 'node:process';
import { storeErrors } from '@gemel/store';
import type { KeyPlace } from '@gemel/store/node/folder-backup';
import { Command } from 'commander';
import { cliErrors } from '../../errors.data.ts';
import type { Begin } from '../begin.ts';

/** Of the data folder's files, those whose lines open only with keys that the log has. */
const WITH_LOG = ['dicom/index.sealed'];

interface BackupFlags {
  readonly key?: string;
  readonly withKey?: true;
  readonly withoutKey?: true;
}

/** `gemel backup`: the data folder as it stands, copied while it is in use. */
export function backupCommand(begin: Begin): Command {
  return new Command('backup')
    .description('copy the data folder while it is in use; say where the master key goes')
    .argument('<folder>', 'where to, absent or empty')
    .option('--key <file>', 'write the master key to a file apart from the backup')
    .option('--with-key', 'put the master key into the backup: who has the backup can read it')
    .option('--without-key', 'leave the master key out: it is kept elsewhere')
    .action(async (into: string, flags: BackupFlags, self: Command) => {
      const shell = begin(self);
      refuseServer();
      const { backUp } = await import('@gemel/store/node/folder-backup');
      const made = await backUp({
        folder: shell.options.data,
        into,
        key: keyPlace(flags),
        withLog: WITH_LOG,
        at: new Date().toISOString(),
      });
      const { entries, root } = made.log;
      await shell.result(
        { folder: into, ...made },
        `${into}: ${entries} entries, root ${root.slice(0, 16)}…, ${made.files.length} files.`,
      );
    });
}

/** `gemel restore`: a data folder of a backup, checked as a whole. */
export function restoreCommand(begin: Begin): Command {
  return new Command('restore')
    .description('make the data folder of a backup, and check all of it; overwrites nothing')
    .argument('<backup>', 'a folder that gemel backup wrote')
    .option('--key <file>', 'the master key, where it is not in the backup')
    .action(async (from: string, { key }: { readonly key?: string }, self: Command) => {
      const shell = begin(self);
      const { restore } = await import('@gemel/store/node/folder-backup');
      const made = await restore(from, shell.options.data, key);
      const { entries, root } = made.log;
      await shell.result(
        { folder: shell.options.data, at: made.at, ...made.log },
        `${shell.options.data}: ${entries} entries as of ${made.at}, all read; root ${root.slice(0, 16)}….`,
      );
    });
}

function keyPlace({ key, withKey, withoutKey }: BackupFlags): KeyPlace {
  const said = [key, withKey, withoutKey].filter((flag) => flag !== undefined);
  if (said.length !== 1) throw storeErrors.error('store-backup-key', 'Say once where the master key goes.');
  return key !== undefined ? { file: key } : withKey ? 'in-backup' : 'kept-elsewhere';
}

/** A log on a server is backed up by the server's own means, which know when a copy of it is whole. */
function refuseServer(): void {
  if (process.env.GEMEL_DATABASE_URL) {
    throw cliErrors.error('cli-usage', 'The log lies on a PostgreSQL server: back it up there with pg_dump.', {
      field: 'GEMEL_DATABASE_URL',
    });
  }
}
