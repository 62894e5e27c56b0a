import type { Users } from '@gemel/server/node/auth/users';
import { Command } from 'commander';
import type { Begin } from '../begin.ts';
import { readText } from '../given-file.ts';
import type { Shell } from '../shell.ts';
import { withAccessStore } from '../with-access-store.ts';

/** `gemel user`: who may log in where `GEMEL_AUTH` is set. */
export function userCommand(begin: Begin): Command {
  const command = new Command('user').description('people who may log in, where GEMEL_AUTH is set');
  command
    .command('list')
    .description('their names and roles')
    .action(async (_options: unknown, self: Command) => {
      const shell = begin(self);
      const users = await withUsers(shell, async (open) => open.list());
      const lines = users.map(
        ({ name, title, roles, disabled }) => `${name}  ${title}  ${roles.join(', ')}${disabled ? '  closed' : ''}`,
      );
      await shell.result(users, lines.join('\n') || 'There is no user; gemel user add makes one.');
    });
  command
    .command('add')
    .description('a person, with a password that is shown once, or the one of a file')
    .argument('<name>', 'what they log in by')
    .requiredOption('--role <role...>', 'clinician, researcher, administrator or patient')
    .option('--title <text>', 'what others read, the name where not given')
    .option('--fhir-user <reference>', 'resource that stands for them: Practitioner/12')
    .option('--subject <id>', 'whose data are their own: for the role patient')
    .option('--password-file <file>', 'file that holds the password')
    .action(async (name: string, options: AddOptions, self: Command) => {
      const shell = begin(self);
      const password = await passwordOf(options);
      const user = await withUsers(shell, (users) =>
        users.add(
          {
            name,
            title: options.title ?? name,
            // Users checks what a role is, and says which there are.
            roles: options.role as Parameters<Users['add']>[0]['roles'],
            fhirUser: options.fhirUser ?? null,
            subject: options.subject ?? null,
          },
          password.text,
        ),
      );
      await shell.result({ ...user, ...password.told }, `${user.name} may log in.${password.words}`);
    });
  command
    .command('password')
    .description('a new password; opens a locked account, ends its sessions and what apps were given')
    .argument('<name>', 'as listed')
    .option('--password-file <file>', 'file that holds the password')
    .action(async (name: string, options: PasswordOptions, self: Command) => {
      const shell = begin(self);
      const password = await passwordOf(options);
      await withUsers(shell, (users) => users.setPassword(name, password.text));
      await shell.result({ name, ...password.told }, `${name} has a new password.${password.words}`);
    });
  for (const [verb, disabled, words] of [
    ['disable', true, 'may log in no longer, and is logged out'],
    ['enable', false, 'may log in again'],
  ] as const)
    command
      .command(verb)
      .description(`a person who ${words}`)
      .argument('<name>', 'as listed')
      .action(async (name: string, _options: unknown, self: Command) => {
        const shell = begin(self);
        await withUsers(shell, async (users) => users.setDisabled(name, disabled));
        await shell.result({ name, disabled }, `${name} ${words}.`);
      });
  return command;
}

interface PasswordOptions {
  readonly passwordFile?: string;
}
interface AddOptions extends PasswordOptions {
  readonly role: string[];
  readonly title?: string;
  readonly fhirUser?: string;
  readonly subject?: string;
}

async function withUsers<T>(shell: Shell, work: (users: Users) => Promise<T>): Promise<T> {
  const { Users } = await import('@gemel/server/node/auth/users');
  return withAccessStore(shell, (store) => work(new Users(store, Date.now)));
}

/** The password of the file, or one that nobody can guess; told once. */
async function passwordOf({ passwordFile }: PasswordOptions) {
  if (passwordFile !== undefined) return { text: (await readText(passwordFile)).trim(), told: {}, words: '' };
  const { newToken } = await import('@gemel/server/node/mqtt-access');
  const password = newToken().slice(0, 24);
  return { text: password, told: { password }, words: `\n${password}   The password, shown this once.` };
}
