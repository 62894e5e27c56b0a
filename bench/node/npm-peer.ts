import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../../tools/node/repository.ts';

/** The folder of packages that only benchmarks compare with, installed on first use without their scripts; null where they cannot be. */
export function npmPeers(name: string, packages: readonly string[]): string | null {
  const folder = join(ROOT, '.cache', 'peers', name);
  const modules = join(folder, 'node_modules');
  if (existsSync(modules)) return modules;
  mkdirSync(folder, { recursive: true });
  const options = ['install', '--prefix', folder, '--ignore-scripts', '--no-fund', '--no-audit', '--no-save'];
  const { status } = spawnSync('npm', [...options, ...packages], { encoding: 'utf8', timeout: 300_000 });
  return status === 0 && existsSync(modules) ? modules : null;
}
