import type { Instant } from '@gemel/core';
import type { Hub } from '@gemel/runtime';
import { Command } from 'commander';
import type { Begin } from '../begin.ts';
import type { Place } from '../place.ts';
import type { Shell } from '../shell.ts';

/** Whose twin a command is about, over the open data folder. */
export interface AtSubject {
  readonly shell: Shell;
  readonly hub: Hub;
  readonly subject: string;
  readonly pack: Hub['packs'][number];
  readonly now: Instant;
}

/** A command about one subject's twin; the data folder is closed when it ends, however it ends. */
export function subjectCommand<Options extends object>(
  begin: Begin,
  name: string,
  description: string,
  act: (at: AtSubject, options: Options) => Promise<void>,
  /** What is done instead, over all subjects, where the options ask for it; false where they do not. */
  instead: (place: Place, shell: Shell, options: Options, asked?: string) => Promise<boolean> = async () => false,
): Command {
  return new Command(name)
    .description(description)
    .argument('[subject]', 'may be left out where there is only one')
    .option('--pack <id>', 'which twin, where several could be')
    .action(async (asked: string | undefined, options: Options & { readonly pack?: string }, self: Command) => {
      const shell = begin(self);
      const { openPlace, packOf, subjectOf } = await import('../place.ts');
      const place = await openPlace(shell);
      const { world, hub, now } = place;
      try {
        if (await instead(place, shell, options, asked)) return;
        const subject = await subjectOf(hub, asked);
        const pack = await packOf(hub, subject, options.pack);
        const { recorded } = await import('../recorded.ts');
        await recorded(place, subject, pack.id, name, () => act({ shell, hub, subject, pack, now }, options));
      } finally {
        await world.close();
      }
    });
}
