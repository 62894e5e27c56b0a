import { Command } from 'commander';
import { cliErrors } from '../../errors.data.ts';
import { EXIT } from '../../exit.ts';
import type { Begin } from '../begin.ts';

/** `gemel replay`: recomputes a decision from the log as it was then known, and compares bit for bit. */
export function replayCommand(begin: Begin): Command {
  return new Command('replay')
    .description('recompute a decision trace and compare it bit for bit')
    .argument('[trace]', 'id of a trace; all traces of the data folder without one')
    .action(async (id: string | undefined, _options, self: Command) => {
      const shell = begin(self);
      const { openPlace } = await import('../place.ts');
      const { world, hub } = await openPlace(shell);
      try {
        const ids: string[] = [];
        if (id === undefined) {
          for (const subject of await hub.subjects()) for (const trace of await hub.traces(subject)) ids.push(trace.id);
        } else if ((await hub.trace(id)) === null) {
          throw cliErrors.error('cli-trace-unknown', `no trace "${id}"`, { field: 'trace' });
        } else ids.push(id);
        const replays = [];
        for (const [i, trace] of ids.entries()) {
          shell.checkpoint();
          shell.progress({ fraction: i / ids.length, message: trace });
          replays.push({ trace, ...(await hub.replay(trace)) });
        }
        if (replays.some((replay) => !replay.equal)) shell.end(EXIT.failed);
        const lines = replays.map((r) =>
          r.equal ? `${r.trace}: equal` : `${r.trace}: differs\n  ${r.differences.join('\n  ')}`,
        );
        await shell.result(replays, lines.length === 0 ? 'no traces' : lines.join('\n'));
      } finally {
        await world.close();
      }
    });
}
