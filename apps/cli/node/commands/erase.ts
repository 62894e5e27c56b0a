import { Command } from 'commander';
import type { Begin } from '../begin.ts';

/** `gemel erase`: a person's data made unreadable for ever, on record with who did it and why. */
export function eraseCommand(begin: Begin): Command {
  return new Command('erase')
    .description('make a person’s data unreadable for ever, by destroying their key')
    .argument('<subject>', 'as listed')
    .requiredOption('--person <name>', 'who does it')
    .requiredOption('--reason <words>', 'why')
    .action(async (asked: string, { person, reason }: { person: string; reason: string }, self: Command) => {
      const shell = begin(self);
      const { openPlace, subjectOf } = await import('../place.ts');
      const { onBehalf } = await import('../recorded.ts');
      const { actor } = await import('@gemel/server/node/govern/act');
      const { world, hub } = await openPlace(shell);
      try {
        const subject = await subjectOf(hub, asked);
        await actor(world)({ caller: onBehalf(person), action: 'erase', type: 'Patient', subject }, async () => ({
          answer: await hub.erase(subject),
          entities: [],
          said: `${person}: ${reason}`,
        }));
        await shell.result(
          { subject, erased: true },
          `${subject} is erased: what the log holds of them cannot be read again.`,
        );
      } finally {
        await world.close();
      }
    });
}
