import { Command } from 'commander';
import { type Begin, wholeNumber } from '../begin.ts';
import { whenStopped } from '../serving.ts';

/** `gemel serve`: the twins of the data folder in a browser, on this machine only. */
export function serveCommand(begin: Begin): Command {
  return new Command('serve')
    .description('serve the data folder to a browser on this machine')
    .option('--port <n>', 'port; 0 takes a free one', wholeNumber, 7400)
    .action(async (options: { port: number }, self: Command) => {
      const shell = begin(self);
      const { openPlace } = await import('../place.ts');
      const { startServer } = await import('@gemel/server/node/server');
      const { webRoot } = await import('../serving.ts');
      const { world } = await openPlace(shell);
      const server = await startServer({ world, port: options.port, webRoot });
      shell.untilStopped = true;
      await shell.result({ url: server.url }, `${server.url}   Ctrl-C stops.\nResearch use. Not for clinical use.`);
      await whenStopped(shell.signal);
      await server.close();
      await world.close();
    });
}
