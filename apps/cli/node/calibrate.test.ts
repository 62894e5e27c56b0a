import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { DAY } from '@gemel/core';
import { differentiable, nutsPosterior, sampleNuts } from '@gemel/inference';
import { randomStream } from '@gemel/numerics';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { EXIT } from '../exit.ts';
import { calibrationText } from './calibration-text.ts';
import { personFiles } from './demo-files.ts';
import { DEMO_PEOPLE, DEMO_START, liveDays } from './demo-people.ts';
import { main } from './main.ts';

const folder = mkdtempSync(join(tmpdir(), 'gemel-calibrate-'));
const data = join(folder, 'data');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function gemel(...args: readonly string[]): Promise<{ code: number; out: string; err: string }> {
  const written = { out: '', err: '' };
  const into = (name: 'out' | 'err') => (chunk: unknown) => {
    written[name] += String(chunk);
    return true;
  };
  const out = vi.spyOn(process.stdout, 'write').mockImplementation(into('out'));
  const err = vi.spyOn(process.stderr, 'write').mockImplementation(into('err'));
  try {
    return { code: await main([...args, '--data', data], new AbortController().signal), ...written };
  } finally {
    out.mockRestore();
    err.mockRestore();
  }
}

beforeAll(async () => {
  const person = DEMO_PEOPLE.find(({ id }) => id === 'carla')!;
  const records = personFiles(liveDays(person, 1, 1), DEMO_START, DEMO_START + DAY, 'record');
  const paths = records.map(({ name, text }) => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  });
  expect((await gemel('import', '--subject', 'Patient/carla', ...paths)).code).toBe(EXIT.ok);
});

test('calibrate gives statements, parameters with convergence, problems with remedies, and plots', async () => {
  const folderOfPlots = join(folder, 'plots', 'carla');
  const { code, out } = await gemel('calibrate', '--at', 'last', '--json', '--plots', folderOfPlots);
  expect(code).toBe(EXIT.ok);
  const { statements, diagnostics, posterior, plots } = JSON.parse(out);
  const codes = statements.map((s: { code: string }) => s.code);
  expect(codes.some((c: string) => ['well-determined', 'partly-determined', 'not-determined'].includes(c))).toBe(true);
  expect(diagnostics.parameters.map((p: { name: string }) => p.name)).toEqual(
    posterior.map((p: { parameter: string }) => p.parameter),
  );
  for (const row of diagnostics.parameters) {
    expect(row.essBulk).toBeGreaterThan(10);
    expect(row.rHat).toBeGreaterThan(0.99);
    expect(row.overPrior).toBeGreaterThan(0);
  }
  const problems = diagnostics.warnings.filter((w: { code: string }) => w.code.startsWith('inference-'));
  for (const { remedy } of problems) expect(remedy.length).toBeGreaterThan(10);
  expect(plots).toEqual(
    ['trace', 'rank', 'pair', 'predictive', 'forest'].map((name) => join(folderOfPlots, `${name}.svg`)),
  );
  for (const file of plots) {
    const svg = readFileSync(file, 'utf8');
    expect(svg).toMatch(/^<svg [^>]*role="img"/);
    expect(svg).toContain('<style>');
    expect(svg).toContain('Patient/carla');
    expect(svg).not.toMatch(/NaN|undefined/);
  }
});

test('as text: marginals, words with their standing, the summary table, and the files', () => {
  const target = differentiable(1, (x, g) => {
    g[0] = -x[0]!;
    return -0.5 * x[0]! ** 2;
  });
  const posterior = nutsPosterior(sampleNuts(target, 2, randomStream(1), { warmUp: 50, draws: 40 }), { names: ['ki'] });
  const text = calibrationText({
    subject: 'Patient/carla',
    title: 'Glucose',
    belief: { diagnostics: { method: 'test', ess: 80, warnings: [], numbers: {} }, posterior },
    posterior: [
      { parameter: 'ki', title: 'delay', unit: '/min', median: 0.00747, low: 0.003, high: 0.02, shrinkage: 0.84 },
    ],
    statements: [
      { standing: 'doubtful', code: 'x', statement: 'It has not settled.' },
      { standing: 'sound', code: 'y', statement: 'Narrowed: delay.' },
    ],
    plots: ['a/trace.svg', 'a/rank.svg'],
  });
  const lines = text.split('\n');
  expect(lines[0]).toBe('Patient/carla: Glucose, calibrated by test');
  expect(lines[2]).toMatch(/^ki +0\.007470 \/min +90 % 0\.003000 to 0\.02000 {2}posterior\/prior SD 0\.84$/);
  expect(lines.slice(4, 6)).toEqual(['  ! It has not settled.', '  + Narrowed: delay.']);
  expect(lines[8]).toMatch(/mean +sd +5% +50% +95% +mcse mean +mcse sd +R-hat +ESS bulk +ESS tail/);
  expect(text).toContain('inference-few-effective-draws: ki has');
  expect(lines.at(-1)).toBe('plots: a/trace.svg, a/rank.svg');
});

test('a folder for plots that cannot be made is refused before the work begins', async () => {
  const file = join(folder, 'taken');
  writeFileSync(file, 'a file');
  const { code, err } = await gemel('calibrate', '--at', 'last', '--plots', join(file, 'plots'));
  expect(code).toBe(EXIT.input);
  expect(err).toContain('cli-file-unwritable');
});
