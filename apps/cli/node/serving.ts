import process from 'node:process';
import { fileURLToPath } from 'node:url';
import type { ServerOptions } from '@gemel/server/node/server';
import type { World } from '@gemel/server/node/world';

/** The built web app. */
export const webRoot = fileURLToPath(new URL('../../web/dist/', import.meta.url));

/** Resolves when the signal says stop. */
export function whenStopped(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

/** Who may come in, as the environment says: the users and clients of the data folder where people log in. @throws server-configuration */
export async function openAccess(
  world: World,
  folder: string,
): Promise<Pick<ServerOptions, 'configuration' | 'access'>> {
  const { readConfiguration } = await import('@gemel/server/node/configuration');
  const configuration = readConfiguration(process.env);
  if (configuration.auth.kind === 'off') return { configuration };
  const { Access } = await import('@gemel/server/node/auth/access');
  return { access: await Access.open({ configuration, world, folder }) };
}
