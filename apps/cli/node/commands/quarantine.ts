import process from 'node:process';
import type { Hl7v2Intake } from '@gemel/server/node/hl7v2-intake';
import type { Quarantine, Quarantined } from '@gemel/server/node/quarantine';
import { Command } from 'commander';
import { cliErrors } from '../../errors.data.ts';
import { EXIT } from '../../exit.ts';
import type { Begin } from '../begin.ts';
import type { Shell } from '../shell.ts';

/** `gemel quarantine`: messages that could not be taken: seen, mended, replayed. */
export function quarantineCommand(begin: Begin): Command {
  const command = new Command('quarantine').description('HL7 v2 messages that could not be taken');
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
    .action(async (id: string, options: { with?: string; zone?: string }, self: Command) => {
      const shell = begin(self);
      const { readBytes } = await import('../given-file.ts');
      const mended = options.with === undefined ? null : await readBytes(options.with);
      await within(
        shell,
        async ({ quarantine, intake, now }) => {
          const one = await quarantine.get(id);
          const verdict = await intake.admit(mended ?? one.message, one.peer);
          if (verdict.outcome === 'taken') {
            await quarantine.release(one.id, now, mended);
            await shell.result({ id: one.id, taken: true }, `${one.id} was taken.`);
            return;
          }
          for (const problem of verdict.problems) shell.problem(problem);
          shell.problem(cliErrors.problem('cli-message-refused', `${one.id} was not taken and stays in quarantine`));
          shell.end(EXIT.input);
        },
        options.zone,
      );
    });
  return command;
}

interface Opened {
  readonly quarantine: Quarantine;
  readonly intake: Hl7v2Intake;
  readonly now: number;
}

async function within(shell: Shell, work: (opened: Opened) => Promise<void>, zone?: string): Promise<void> {
  const { openPlace } = await import('../place.ts');
  const { Hl7v2Intake } = await import('@gemel/server/node/hl7v2-intake');
  const { world, now } = await openPlace(shell);
  try {
    const intake = new Hl7v2Intake({ world, ...(zone === undefined ? {} : { zone }) });
    await work({ quarantine: intake.quarantine, intake, now });
  } finally {
    await world.close();
  }
}

function summary({ id, at, peer, problems }: Quarantined) {
  return { id, at: new Date(at).toISOString(), peer, problems };
}

function line({ id, at, peer, problems }: Quarantined, shell: Shell): string {
  const told = problems
    .slice(0, 3)
    .map(({ code, message, where }) => `  ${code}  ${where.field ?? where.element ?? ''}  ${message}`);
  return [`${shell.style('bold', id, process.stdout)}  ${new Date(at).toISOString()}  from ${peer}`, ...told].join(
    '\n',
  );
}
