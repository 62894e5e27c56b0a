import { existsSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startPostgres } from './postgres-server.ts';

/**
 * Keeps one PostgreSQL server for all test files of a run: `postgres-keeper.ts FOLDER OWNER`. Writes its address, or why there
 * is none, to FOLDER/server.json, and ends with the process OWNER, however that ends.
 */
const [folder, owner] = process.argv.slice(2) as [string, string];

function tell(what: object): void {
  writeFileSync(join(folder, 'draft.json'), JSON.stringify(what));
  renameSync(join(folder, 'draft.json'), join(folder, 'server.json'));
}

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

try {
  const server = await startPostgres({ folder, fsync: false });
  tell({ url: server.url('postgres') });
  const watch = setInterval(async () => {
    // Without its folder nobody can find the server any more.
    if (alive(Number(owner)) && existsSync(folder)) return;
    clearInterval(watch);
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }, 500);
} catch (error) {
  tell({ failed: error instanceof Error ? error.message : String(error) });
}
