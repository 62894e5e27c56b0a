import { Command } from 'commander';
import type { Begin } from '../begin.ts';
import { runScript } from '../script.ts';

/** `gemel bench`: measures speed beside the peers that can be run here. */
export function benchCommand(begin: Begin): Command {
  return new Command('bench')
    .description('measure speed, beside the peers that can be run here')
    .argument('[names...]', 'which benchmarks; all without')
    .action(async (names: string[], _options, self: Command) => {
      const shell = begin(self);
      await runScript(shell, '../../../bench/node/main.ts', names);
    });
}
