import type { Clients } from '@gemel/server/node/auth/clients';
import { Command } from 'commander';
import { cliErrors } from '../../errors.data.ts';
import type { Begin } from '../begin.ts';
import { readText } from '../given-file.ts';
import type { Shell } from '../shell.ts';
import { withAccessStore } from '../with-access-store.ts';

/** `gemel client`: programs that may ask for access tokens where `GEMEL_AUTH` is set. */
export function clientCommand(begin: Begin): Command {
  const command = new Command('client').description('programs that may ask for access tokens, where GEMEL_AUTH is set');
  command
    .command('list')
    .description('their ids, how they prove themselves, and what they may ask for')
    .action(async (_options: unknown, self: Command) => {
      const shell = begin(self);
      const clients = await withClients(shell, async (open) => open.list());
      const lines = clients.map(({ id, title, proof, scopes }) => `${id}  ${title}  (${proof})  ${scopes.join(' ')}`);
      await shell.result(clients, lines.join('\n') || 'No client is registered; gemel client add registers one.');
    });
  command
    .command('add')
    .description('a SMART app, or a program without a person (Backend Services)')
    .argument('<id>', 'its client_id')
    .requiredOption('--scope <scope...>', 'the most it may ask for: launch/patient patient/*.rs')
    .option('--title <text>', 'what people read when they are asked, the id where not given')
    .option('--redirect <url...>', 'addresses that codes are sent to')
    .option('--launch <url>', 'page that begins an EHR launch')
    .option('--secret', 'proves itself by a secret, which is shown once')
    .option('--jwks <file>', 'proves itself by a key: file of its public keys (JSON Web Key Set)')
    .option('--jwks-url <url>', 'proves itself by a key: address of its public keys')
    .option('--role <role...>', 'by which policies decide where no person is present')
    .option('--purpose <code>', 'purpose of use where no person is present (HL7 v3 PurposeOfUse)', 'TREAT')
    .action(async (id: string, options: AddOptions, self: Command) => {
      const shell = begin(self);
      const byKey = options.jwks !== undefined || options.jwksUrl !== undefined;
      if (options.secret && byKey)
        throw cliErrors.error('cli-usage', 'a client has a secret or keys, not both', { field: '--secret' });
      const { client, secret } = await withClients(shell, async (clients) =>
        clients.add({
          id,
          title: options.title ?? id,
          proof: options.secret ? 'secret' : byKey ? 'key' : 'none',
          redirects: options.redirect ?? [],
          launch: options.launch ?? null,
          scopes: options.scope.flatMap((scope) => scope.split(' ')).filter((scope) => scope !== ''),
          keys: options.jwks === undefined ? null : await readKeys(options.jwks),
          keysAddress: options.jwksUrl ?? null,
          roles: options.role ?? [],
          purpose: options.purpose,
        }),
      );
      const told = secret === null ? {} : { secret };
      const words = secret === null ? '' : `\n${secret}   Its secret, shown this once.`;
      await shell.result({ ...client, ...told }, `${id} is registered.${words}`);
    });
  command
    .command('remove')
    .description('a client, with every token it was given')
    .argument('<id>', 'as listed')
    .action(async (id: string, _options: unknown, self: Command) => {
      const shell = begin(self);
      await withClients(shell, async (clients) => clients.remove(id));
      await shell.result({ id, removed: true }, `${id} is registered no longer; its tokens are worth nothing.`);
    });
  return command;
}

interface AddOptions {
  readonly scope: string[];
  readonly title?: string;
  readonly redirect?: string[];
  readonly launch?: string;
  readonly secret?: true;
  readonly jwks?: string;
  readonly jwksUrl?: string;
  readonly role?: string[];
  readonly purpose: string;
}

async function readKeys(file: string) {
  try {
    return JSON.parse(await readText(file));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw cliErrors.error('cli-file-unreadable', `${file} is not JSON`, { file });
  }
}

async function withClients<T>(shell: Shell, work: (clients: Clients) => Promise<T>): Promise<T> {
  const { Clients } = await import('@gemel/server/node/auth/clients');
  return withAccessStore(shell, (store) => work(new Clients(store, Date.now)));
}
