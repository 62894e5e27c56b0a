import { Command } from 'commander';
import type { Begin } from '../begin.ts';

/** `gemel packs`: what twins there are. */
export function packsCommand(begin: Begin): Command {
  return new Command('packs').description('list the packs found').action(async (_options, command: Command) => {
    const shell = begin(command);
    const { discoverPacks } = await import('@gemel/server/node/world');
    const packs = (await discoverPacks()).map(({ id, version, title, entity, intendedUse, notFor }) => ({
      id,
      version,
      title,
      entity,
      intendedUse,
      notFor,
    }));
    const text = packs.map(
      (pack) =>
        `${pack.id} ${pack.version}  ${pack.title}\n  for: ${pack.intendedUse}\n  not for: ${pack.notFor.join('; ')}`,
    );
    await shell.result(packs, text.join('\n'));
  });
}
