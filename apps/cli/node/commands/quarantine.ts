import process from 'node:process';
import type { Quarantine, Quarantined } from '@gemel/server/node/quarantine';
import type { World } from '@gemel/server/node/world';
import { Command } from 'commander';
import { cliErrors } from '../../errors.data.ts';
import { EXIT } from '../../exit.ts';
import type { Begin } from '../begin.ts';
import type { Shell } from '../shell.ts';

/** `gemel quarantine`: messages that could not be taken: seen, mended, replayed, or given up. */
export function quarantineCommand(begin: Begin): Command {
  const command = new Command('quarantine').description(
    'messages (HL7 v2, MQTT) that could not be taken, or not wholly',
  );
  command
    .command('list')
    .description('what waits, oldest first')
    .action(async (_options: unknown, self: Command) => {
      const shell = begin(self);
      await within(shell, async ({ quarantine }) => {
        const waiting = await quarantine.list();
        const text = waiting.map((one) => line(one, shell)).join('\n') || 'Nothing waits in quarantine.';
        await shell.result(waiting.map(summary), text);
      });
    });
  command
    .command('show')
    .description('one message: what is wrong, and the message itself; --out writes the message to be mended')
    .argument('<id>', 'as listed')
    .action(async (id: string, _options: unknown, self: Command) => {
      const shell = begin(self);
      await within(shell, async ({ quarantine }) => {
        const one = await quarantine.get(id);
        const { out } = shell.options;
        if (out !== undefined && out !== '-') {
          await shell.write(out, one.message);
          shell.note(`${one.id} is written to ${out}; mend it, then: gemel quarantine replay ${one.id} --with ${out}`);
          return;
        }
        const text = new TextDecoder().decode(one.message).replace(/\r\n?/g, '\n');
        await shell.result({ ...summary(one), message: text }, `${line(one, shell)}\n\n${text}`);
      });
    });
  command
    .command('replay')
    .description('take it in again, as it was or mended; it leaves the quarantine when it was taken')
    .argument('<id>', 'as listed')
    .option('--with <file>', 'the mended message')
    .option('--zone <zone>', 'zone of times that state none')
    .option('--topics <pattern>', 'topics that devices publish under', 'twins/{subject}/{device}/#')
    .action(async (id: string, options: ReplayOptions, self: Command) => {
      const shell = begin(self);
      const { readBytes } = await import('../given-file.ts');
      const { replayQuarantined } = await import('@gemel/server/node/quarantine-replay');
      const { with: file, ...given } = options;
      const mended = file === undefined ? {} : { mended: await readBytes(file) };
      await within(shell, async ({ world }) => {
        const replayed = await replayQuarantined(world, id, { ...given, ...mended });
        if (replayed.problems.length === 0) {
          await shell.result({ id: replayed.id, taken: true }, `${replayed.id} was taken.`);
          return;
        }
        for (const problem of replayed.problems) shell.problem(problem);
        shell.problem(cliErrors.problem('cli-message-refused', `${replayed.id} was not taken and stays in quarantine`));
        shell.end(EXIT.input);
      });
    });
  command
    .command('discard')
    .description(
      'give a message up: it waits no longer; the reason stays in the log, and the message where it names its patient',
    )
    .argument('<id>', 'as listed')
    .requiredOption('--reason <words>', 'why it is not to be taken')
    .action(async (id: string, { reason }: { reason: string }, self: Command) => {
      const shell = begin(self);
      await within(shell, async ({ quarantine, now }) => {
        const one = await quarantine.get(id);
        await quarantine.release(one.id, now, { how: 'discarded', reason });
        await shell.result({ id: one.id, discarded: true, reason }, `${one.id} waits no longer.`);
      });
    });
  return command;
}

interface ReplayOptions {
  readonly with?: string;
  readonly zone?: string;
  readonly topics: string;
}

interface Opened {
  readonly quarantine: Quarantine;
  readonly world: World;
  readonly now: number;
}

async function within(shell: Shell, work: (opened: Opened) => Promise<void>): Promise<void> {
  const { openPlace } = await import('../place.ts');
  const { Quarantine } = await import('@gemel/server/node/quarantine');
  const { world, now } = await openPlace(shell);
  try {
    const quarantine = new Quarantine(world.store);
    await quarantine.sealEach();
    await work({ quarantine, world, now });
  } finally {
    await world.close();
  }
}

function summary({ message: _, at, ...said }: Quarantined) {
  return { ...said, at: new Date(at).toISOString() };
}

function line({ id, at, feed, peer, topic, problems }: Quarantined, shell: Shell): string {
  const told = problems
    .slice(0, 3)
    .map(({ code, message, where }) => `  ${code}  ${where.field ?? where.element ?? ''}  ${message}`);
  return [
    `${shell.style('bold', id, process.stdout)}  ${new Date(at).toISOString()}  ${feed} from ${peer}${topic === undefined ? '' : ` under ${topic}`}`,
    ...told,
  ].join('\n');
}
