import { existsSync } from 'node:fs';
import { chmod, mkdir } from 'node:fs/promises';
import type { KnownDevice } from '@gemel/server/node/mqtt-access';
import { Command } from 'commander';
import { cliErrors } from '../../errors.data.ts';
import type { Begin } from '../begin.ts';
import { devicesFile } from '../feeds.ts';
import { readText } from '../given-file.ts';
import type { Shell } from '../shell.ts';

/** `gemel devices`: who may publish to the broker of `gemel serve --mqtt`. */
export function devicesCommand(begin: Begin): Command {
  const command = new Command('devices').description('devices that may publish to the broker of gemel serve --mqtt');
  command
    .command('list')
    .description('their names, and whom each may speak for')
    .action(async (_options: unknown, self: Command) => {
      const shell = begin(self);
      const known = (await readKnown(shell)).map(({ secret: _, ...device }) => device);
      const lines = known.map(
        ({ name, subjects, devices }) => `${name}  ${subjects.join(', ')}  as ${devices.join(', ')}`,
      );
      await shell.result(known, lines.join('\n') || 'No device is known: any device of this machine may publish.');
    });
  command
    .command('add')
    .description('a device, with a token that is shown once, or the password of a file; one of that name is replaced')
    .argument('<name>', 'the user name it gives, or its client id')
    .requiredOption('--subject <id...>', 'whom it may speak for; * is anybody')
    .option('--device <name...>', 'device names it may speak under, its own where not given; * is any')
    .option('--password-file <file>', 'file that holds its password')
    .action(
      async (name: string, options: { subject: string[]; device?: string[]; passwordFile?: string }, self: Command) => {
        const shell = begin(self);
        const { newToken, secretOf } = await import('@gemel/server/node/mqtt-access');
        const others = (await readKnown(shell)).filter((device) => device.name !== name);
        const given = options.passwordFile === undefined ? null : (await readText(options.passwordFile)).trim();
        if (given === '') throw cliErrors.error('cli-usage', 'the password is empty', { field: '--password-file' });
        const password = given ?? newToken();
        const own = {
          name,
          subjects: options.subject,
          devices: options.device ?? [name],
          secret: await secretOf(password),
        };
        await writeKnown(shell, [...others, own]);
        const token = given === null ? { token: password } : {};
        const shown = given === null ? `\n${password}   Its token, shown this once.` : '';
        await shell.result({ name, ...token }, `${name} may publish once gemel serve is started anew.${shown}`);
      },
    );
  command
    .command('remove')
    .description('a device that may publish no longer')
    .argument('<name>', 'as listed')
    .action(async (name: string, _options: unknown, self: Command) => {
      const shell = begin(self);
      const known = await readKnown(shell);
      const left = known.filter((device) => device.name !== name);
      if (left.length === known.length)
        throw cliErrors.error('cli-device-unknown', `there is no device "${name}"`, { field: 'name' });
      await writeKnown(shell, left);
      await shell.result({ name, removed: true }, `${name} may publish no longer once gemel serve is started anew.`);
    });
  return command;
}

async function readKnown(shell: Shell): Promise<readonly KnownDevice[]> {
  const { readDevices } = await import('@gemel/server/node/mqtt-access');
  const file = devicesFile(shell.options.data);
  return existsSync(file) ? readDevices(await readText(file), file) : [];
}

async function writeKnown(shell: Shell, devices: readonly KnownDevice[]): Promise<void> {
  const file = devicesFile(shell.options.data);
  await mkdir(shell.options.data, { recursive: true });
  await shell.write(file, `${JSON.stringify(devices, null, 2)}\n`);
  await chmod(file, 0o600);
}
