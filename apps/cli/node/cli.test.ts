import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { DAY } from '@gemel/core';
import { encodeClarity } from '@gemel/exchange/device/cgm/encode';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { EXIT } from '../exit.ts';
import { readArm } from './commands/whatif.ts';
import { personFiles } from './demo-files.ts';
import { DEMO_PEOPLE, DEMO_START, DEMO_ZONE, deviceLog, liveDays } from './demo-people.ts';
import { main } from './main.ts';

const program = fileURLToPath(new URL('./main.ts', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'gemel-cli-'));
const running = new Set<ChildProcess>();
afterAll(() => {
  for (const child of running) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

interface Started {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  /** Resolves when standard output holds the text. */
  prints(pattern: RegExp): Promise<RegExpExecArray>;
}

function start(args: readonly string[], input?: string | Uint8Array): Started {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', program, ...args], {
    cwd: folder,
  });
  running.add(child);
  let out = '';
  let err = '';
  child.stderr!.on('data', (chunk) => {
    err += chunk;
  });
  const ended = new Promise<Ended>((resolve) => {
    child.on('close', (code) => {
      running.delete(child);
      resolve({ code, out, err });
    });
  });
  const prints = (pattern: RegExp) =>
    new Promise<RegExpExecArray>((resolve, reject) => {
      const look = () => {
        const found = pattern.exec(out);
        if (found) resolve(found);
      };
      child.stdout!.on('data', look);
      void ended.then(() => reject(new Error(`ended without ${pattern}: ${out}${err}`)));
      look();
    });
  child.stdout!.on('data', (chunk) => {
    out += chunk;
  });
  child.stdin!.end(input ?? '');
  return { child, ended, prints };
}

/** Runs a command line in this process: what needs no process of its own to be proved. */
async function gemel(args: readonly string[], signal = new AbortController().signal): Promise<Ended> {
  const written = { out: '', err: '' };
  const into = (name: 'out' | 'err') => (chunk: unknown) => {
    written[name] += String(chunk);
    return true;
  };
  const out = vi.spyOn(process.stdout, 'write').mockImplementation(into('out'));
  const err = vi.spyOn(process.stderr, 'write').mockImplementation(into('err'));
  try {
    const code = await main(args, signal);
    return { code, ...written };
  } finally {
    out.mockRestore();
    err.mockRestore();
  }
}

function file(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

const felix = DEMO_PEOPLE.find((person) => person.records === 'sensor only')!;
const life = liveDays(felix, 1, 3);
const clarity = encodeClarity.encode(deviceLog(life, DEMO_START, DEMO_START + 3 * DAY), {
  zone: DEMO_ZONE,
  unit: 'mg/dL',
});

describe('usage', () => {
  test('what cannot be understood is exit 2, with what to try; help is exit 0', async () => {
    const unknown = await start(['dance']).ended;
    const help = await gemel(['help', 'import']);
    const json = await gemel(['forecast', '--seed', 'one', '--json']);
    expect(unknown).toMatchObject({ code: EXIT.usage, out: '' });
    expect(unknown.err).toContain('try: ');
    expect(help.code).toBe(EXIT.ok);
    expect(help.out).toContain('--zone');
    expect(JSON.parse(json.err).error.code).toBe('cli-usage');
  });

  test('an arm of a what-if is read, or named', () => {
    expect(readArm('snack: meal.carbohydrate=15 g@0; insulin.basal=0U/h@5+60')).toEqual({
      title: 'snack',
      controls: [
        { control: 'meal.carbohydrate', value: 15, unit: 'g', inMinutes: 0 },
        { control: 'insulin.basal', value: 0, unit: 'U/h', inMinutes: 5, forMinutes: 60 },
      ],
    });
    expect(readArm('more: vancomycin.dose=1250 mg@480+90 every 720').controls).toEqual([
      { control: 'vancomycin.dose', value: 1250, unit: 'mg', inMinutes: 480, forMinutes: 90, everyMinutes: 720 },
    ]);
    expect(() => readArm('x: a lot of sugar')).toThrow(/a lot of sugar/);
  });

  test('the exit codes in the README are the ones in the program', () => {
    const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
    const told = [...readme.matchAll(/^\| (\d+) \|/gm)].map((match) => Number(match[1]));
    expect(told).toEqual(Object.values(EXIT));
  });
});

describe('import', () => {
  const data = join(folder, 'log');

  test('a file from standard input, then again: all duplicates, nothing twice', async () => {
    const args = [
      'import',
      '-',
      '--name',
      'clarity.csv',
      '--zone',
      DEMO_ZONE,
      '--data',
      data,
      '--at',
      'last',
      '--json',
    ];
    const first = await start(args, clarity).ended;
    expect(first.code).toBe(EXIT.ok);
    const [account] = JSON.parse(first.out).accounts;
    expect(account.mapped + account.kept + account.duplicates + account.refused).toBe(account.entries);
    expect(account.mapped).toBeGreaterThan(700);
    const [again] = JSON.parse((await start(args, clarity).ended).out).accounts;
    expect(again.mapped).toBe(0);
    expect(again.entries).toBe(account.entries);
    expect(existsSync(join(data, 'gemel.sqlite'))).toBe(true);
  });

  test.each([
    ['no zone', 'clarity.csv', clarity, [], 'exchange-zone-missing', '--zone Europe/Berlin'],
    ['no unit', 'plain.csv', 'id,time,gl\na,2026-03-02T10:00:00Z,120\n', [], 'exchange-unit-missing', '--unit mg/dL'],
    [
      'a wrong unit',
      'plain.csv',
      'id,time,gl\na,2026-03-02T10:00:00Z,5.5\n',
      ['--unit', 'mg/dL'],
      'exchange-unit-conflict',
      'mmol/L',
    ],
    ['another kind of file', 'report.csv', '%PDF-1.7\n%....', [], 'exchange-not-this-format', 'PDF'],
    ['no kind of file', 'diary.doc', 'dear diary', [], 'exchange-format-unknown', 'Clarity'],
    ['a note about nobody', 'diary.txt', 'dear diary', [], 'exchange-subject-missing', '--subject'],
    ['an empty file', 'empty.csv', '', [], 'exchange-', 'empty'],
  ])('%s is refused: exit 3, a code, the file, what to do', async (_what, name, content, options, code, says) => {
    const ended = await gemel(['import', file(name, content), '--data', join(folder, 'refused'), ...options]);
    expect(ended.code).toBe(EXIT.input);
    expect(ended.err).toContain(code);
    expect(ended.err).toContain(name);
    expect(ended.err + ended.out).toContain(says);
  });

  test('a file that is not there is exit 3', async () => {
    const ended = await gemel(['import', 'nowhere.csv', '--json']);
    expect(ended.code).toBe(EXIT.input);
    expect(JSON.parse(ended.err).error).toMatchObject({ code: 'cli-file-unreadable', where: { file: 'nowhere.csv' } });
  });

  test('bad rows are named with their lines, a cut file is told, and the rest is taken in', async () => {
    const rows = clarity.split('\r\n');
    rows[200] = rows[200]!.replace(/,\d+(?=,,,,,)/, ',12x');
    const damaged = `${rows.slice(0, 400).join('\r\n')}\r\n${rows[400]!.slice(0, 20)}`;
    const ended = await gemel([
      'import',
      file('damaged.csv', damaged),
      '--zone',
      DEMO_ZONE,
      '--data',
      join(folder, 'damaged'),
      '--json',
      '--at',
      'last',
    ]);
    expect(ended.code).toBe(EXIT.ok);
    const [account] = JSON.parse(ended.out).accounts;
    expect(account).toMatchObject({ truncated: true, refused: 2, entries: 400 });
    const lines = account.problems.map((problem: { where: { line: number } }) => problem.where.line);
    expect(lines).toEqual(expect.arrayContaining([201, 401]));
  });
});

describe('run', () => {
  test('without insulin and meals: metrics, profile and an explained abstention, all files, exit 4', async () => {
    const out = join(folder, 'out');
    const ended = await gemel([
      'run',
      'glucose',
      file('felix.csv', clarity),
      '--zone',
      DEMO_ZONE,
      '--out',
      out,
      '--json',
    ]);
    expect(ended.err).toBe('');
    expect(ended.code).toBe(EXIT.withheld);
    const { results } = JSON.parse(ended.out);
    expect(results[0]).toMatchObject({ advice: 'abstain', replay: 'equal' });
    expect(results[0].statement.length).toBeGreaterThan(20);
    expect(readdirSync(out).sort()).toEqual([
      'account.json',
      'bundle.json',
      'calibration.json',
      'forecast.json',
      'metrics.json',
      'plan.json',
      'report.html',
      'trace.json',
    ]);
    const report = readFileSync(join(out, 'report.html'), 'utf8');
    expect(report).toContain('Research use. Not for clinical use.');
    expect(report).toContain('<svg');
    expect(report).not.toMatch(/<script|<link|src="http|url\(http/);
    const metrics = JSON.parse(readFileSync(join(out, 'metrics.json'), 'utf8'));
    expect(Object.keys(metrics).length).toBeGreaterThan(5);
    const bundle = JSON.parse(readFileSync(join(out, 'bundle.json'), 'utf8'));
    expect(bundle.resourceType).toBe('Bundle');
  });

  test('stopped while it calibrates: exit 130, what was written stays, no half report', async () => {
    const carla = DEMO_PEOPLE.find((person) => person.id === 'carla')!;
    const records = personFiles(liveDays(carla, 1, 6), DEMO_START, DEMO_START + 6 * DAY, 'record');
    const paths = records.map((record) => file(record.name, record.text));
    const out = join(folder, 'stopped');
    const { child, ended } = start(['run', 'glucose', ...paths, '--subject', 'Patient/carla', '--out', out]);
    await vi.waitFor(() => expect(existsSync(join(out, 'account.json'))).toBe(true), { timeout: 30_000, interval: 20 });
    child.kill('SIGINT');
    expect(await ended).toMatchObject({ code: EXIT.interrupted, out: '' });
    expect(readdirSync(out)).toEqual(['account.json']);
  });

  test('a pack that is not there is exit 2', async () => {
    const ended = await gemel([
      'run',
      'alchemy',
      file('felix.csv', clarity),
      '--zone',
      DEMO_ZONE,
      '--out',
      join(folder, 'none'),
    ]);
    expect(ended.code).toBe(EXIT.usage);
    expect(ended.err).toContain('glucose');
  });
});

describe('demo', () => {
  test('prints its address, serves the first person, ends cleanly when stopped', async () => {
    const { child, ended, prints } = start(['demo', '--port', '0', '--data', join(folder, 'demo')]);
    const [, url] = await prints(/(http:\/\/\S+)/);
    const twins = (await (await fetch(`${url}/api/twins`)).json()) as { name: string; sparkline: unknown[] }[];
    const first = twins.find((twin) => twin.name === DEMO_PEOPLE[0]!.name);
    expect(first?.sparkline.length).toBeGreaterThan(100);
    expect(readdirSync(join(folder, 'demo', 'inbox')).length).toBeGreaterThanOrEqual(2);
    child.kill('SIGINT');
    expect((await ended).code).toBe(EXIT.ok);
    const doctor = await gemel(['doctor', '--data', join(folder, 'demo'), '--json']);
    expect(doctor.code).toBe(EXIT.ok);
  });
});
