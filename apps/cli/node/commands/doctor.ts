import { constants } from 'node:fs';
import { access, mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { parseZone } from '@gemel/exchange/device/zone';
import { Command } from 'commander';
import { EXIT } from '../../exit.ts';
import type { Begin } from '../begin.ts';
import { webRoot } from '../serving.ts';

interface Finding {
  readonly check: string;
  readonly state: 'well' | 'note' | 'ill';
  readonly says: string;
}

/** `gemel doctor`: whether everything the program stands on is in order. */
export function doctorCommand(begin: Begin): Command {
  return new Command('doctor')
    .description('check the installation and the data folder')
    .action(async (_options, self: Command) => {
      const shell = begin(self);
      const findings: Finding[] = [node(), zones()];
      findings.push(await attempt('packs', packs));
      findings.push(await attempt('log', () => log(shell.options.data)));
      findings.push(await web());
      if (findings.some((finding) => finding.state === 'ill')) shell.end(EXIT.failed);
      const mark = {
        well: shell.style('green', 'well', process.stdout),
        note: 'note',
        ill: shell.style('red', 'ILL ', process.stdout),
      };
      await shell.result(
        findings,
        findings.map((finding) => `${mark[finding.state]}  ${finding.check}: ${finding.says}`).join('\n'),
      );
    });
}

function node(): Finding {
  const [major, minor] = process.versions.node.split('.').map(Number);
  const enough = major! > 24 || (major === 24 && minor! >= 7);
  return {
    check: 'Node',
    state: enough ? 'well' : 'ill',
    says: enough ? process.versions.node : `${process.versions.node}; 24.7 or later is needed (npm brings it along)`,
  };
}

function zones(): Finding {
  const found = parseZone('Europe/Berlin')?.offsetAt(Date.UTC(2024, 6, 1)) === 120;
  return {
    check: 'time zones',
    state: found ? 'well' : 'ill',
    says: found ? 'the IANA zones are there' : 'this Node lacks the zones',
  };
}

async function packs(): Promise<Finding> {
  const { discoverPacks } = await import('@gemel/server/node/world');
  const found = await discoverPacks();
  const says = found.map((pack) => `${pack.id} ${pack.version}`).join(', ');
  return { check: 'packs', state: found.length > 0 ? 'well' : 'ill', says: says === '' ? 'none found' : says };
}

async function log(path: string): Promise<Finding> {
  const { logOfEnvironment } = await import('@gemel/server/node/world');
  const { openStore, placeOf } = await import('@gemel/store/node/open-store');
  const elsewhere = logOfEnvironment();
  const there = elsewhere.databaseUrl || (await stat(join(path, 'gemel.sqlite')).catch(() => null));
  if (!there) {
    await mkdir(path, { recursive: true });
    await access(path, constants.W_OK);
    return { check: 'log', state: 'note', says: `${path} is empty and can be written` };
  }
  const store = await openStore({ folder: path, ...elsewhere });
  try {
    const problems = await store.check();
    const subjects = await store.subjects();
    const entries = subjects.reduce((sum, subject) => sum + subject.entries, 0);
    if (problems.length === 0) {
      return {
        check: 'log',
        state: 'well',
        says: `${placeOf(store)}: ${entries} entries of ${subjects.length} subjects, all read`,
      };
    }
    return {
      check: 'log',
      state: 'ill',
      says: problems.map((p) => `${p.code} ${p.message} (${p.remedy})`).join('; '),
    };
  } finally {
    await store.close();
  }
}

async function web(): Promise<Finding> {
  const built = await stat(join(webRoot, 'index.html')).catch(() => null);
  return built === null
    ? { check: 'web app', state: 'note', says: 'not built; npm run build:web builds it' }
    : { check: 'web app', state: 'well', says: 'built' };
}

async function attempt(check: string, look: () => Promise<Finding>): Promise<Finding> {
  try {
    return await look();
  } catch (error) {
    return { check, state: 'ill', says: error instanceof Error ? error.message : String(error) };
  }
}
