import { spawn } from 'node:child_process';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { EXIT } from '../exit.ts';
import type { Shell } from './shell.ts';

/** Runs a script of the repository in a process of its own, with this one's streams; a failure of it is a failed check. */
export async function runScript(shell: Shell, path: string, args: readonly string[]): Promise<void> {
  const file = fileURLToPath(new URL(path, import.meta.url));
  const child = spawn(process.execPath, [file, ...args], { stdio: 'inherit', signal: shell.signal });
  const code = await new Promise<number>((resolve, reject) => {
    child.on('error', (error) => (shell.signal.aborted ? resolve(EXIT.interrupted) : reject(error)));
    child.on('close', (exit) => resolve(exit ?? EXIT.interrupted));
  });
  if (code !== 0) shell.end(shell.signal.aborted ? EXIT.interrupted : EXIT.failed);
}
