import { fileURLToPath } from 'node:url';

/** The built web app. */
export const webRoot = fileURLToPath(new URL('../../web/dist/', import.meta.url));

/** Resolves when the signal says stop. */
export function whenStopped(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
