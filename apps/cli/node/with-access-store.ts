import type { AccessStore } from '@gemel/server/node/auth/access-store';
import type { Shell } from './shell.ts';

/** Works on the users and clients of the data folder, and closes their file. */
export async function withAccessStore<T>(shell: Shell, work: (store: AccessStore) => Promise<T>): Promise<T> {
  const { AccessStore } = await import('@gemel/server/node/auth/access-store');
  const store = new AccessStore(shell.options.data);
  try {
    return await work(store);
  } finally {
    store.close();
  }
}
