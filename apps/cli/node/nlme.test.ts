import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { EXIT } from '../exit.ts';
import { commandLine } from './fixtures/command-line.ts';
import { main } from './main.ts';

const { file, gemel, told } = commandLine('nlme');

const define = fileURLToPath(new URL('../../../packages/modeling/model/define-model.ts', import.meta.url));
const oral = file(
  'oral.ts',
  `import { defineModel } from ${JSON.stringify(define)};
export default defineModel({
  id: 'oral', title: 'One compartment, first-order absorption', time: 'h',
  parameters: {
    CL: '5 : L/h : clearance : test', VC: '50 : L : volume : test', KA: '1 : /h : absorption : test',
  },
  states: { gut: '0 : mg : amount in the gut : test', blood: '0 : mg : amount in the blood : test' },
  definitions: { C: 'blood/VC : mg/L : concentration : test' },
  equations: { gut: '-KA*gut', blood: 'KA*gut - CL/VC*blood' },
  outputs: ['C'],
});
export const theta = { CL: 5, VC: 50, KA: 1 };
export const omega = [0.1, 0.1, 0.1];
export const sigma = { proportional: 0.1 };
`,
);
const study = file(
  'study.csv',
  `ID,TIME,AMT,CMT,II,ADDL,DV
1,0,100,1,12,3,.
1,1,.,2,.,.,1.1
1,6,.,2,.,.,1.4
1,30,.,2,.,.,1.9
2,0,200,1,.,.,.
2,2,.,2,.,.,2.2
2,9,.,2,.,.,1.8
`,
);

const dosesOnly = file('doses.csv', 'ID,TIME,AMT,DV\n1,0,100,.\n2,0,100,.\n');

interface Rows {
  readonly rows: readonly { readonly id: string; readonly eta: readonly number[]; readonly objective: number }[];
}

describe('gemel nlme', () => {
  test('a model of equations and the built-in one of compartments give the same modes', async () => {
    const equations = await gemel('--model', oral, '--data', study, '--est', 'ebe', '--json');
    const compartments = await gemel('--model', 'one-compartment-oral', '--data', study, '--est', 'ebe', '--json');
    expect(equations.code, told()).toBe(EXIT.ok);
    const [a, b]: readonly Rows[] = [JSON.parse(equations.out), JSON.parse(compartments.out)];
    expect(a!.rows.map(({ id }) => id)).toEqual(['1', '2']);
    a!.rows.forEach(({ eta, objective }, i) => {
      expect(objective).toBeCloseTo(b!.rows[i]!.objective, 6);
      eta.forEach((each, k) => {
        expect(each).toBeCloseTo(b!.rows[i]!.eta[k]!, 5);
      });
    });
  });

  test('a subject with several modes is named; the lowest is given, the nearest beside it or in its place', async () => {
    const kinked = file(
      'kinked.csv',
      'ID,TIME,AMT,CMT,RATE,DV\n5,0,10000,2,-2,.\n5,1,.,2,.,20\n5,4.2,.,2,.,50\n5,9,.,2,.,60\n5,24,.,2,.,20\n',
    );
    const run = async (which: string) => {
      const { out } = await gemel(
        ...['--model', 'mapbayr-004', '--data', kinked, '--est', 'ebe', '--modes', which, '--json'],
      );
      return (JSON.parse(out) as { rows: { eta: number[]; objective: number; nearest?: object }[] }).rows[0]!;
    };
    const lowest = await run('lowest');
    expect(told()).toContain('several modes of 5: the lowest is given');
    const nearest = await run('nearest');
    expect(lowest.nearest).toEqual({ eta: nearest.eta, objective: nearest.objective });
    expect(lowest.objective).toBeLessThan(nearest.objective);
    expect(nearest.nearest).toBeUndefined();
  });

  test('values given take the place of the model’s; the table has a column for each random effect', async () => {
    const { code, out } = await gemel(
      '--model',
      'one-compartment-oral',
      '--data',
      study,
      '--est',
      'ebe',
      '--theta',
      'CL=4',
    );
    expect(code).toBe(EXIT.ok);
    expect(out.split('\n')[0]).toBe('id,eta_CL,eta_VC,eta_KA,objective');
    const plain = await gemel('--model', 'one-compartment-oral', '--data', study, '--est', 'ebe');
    expect(out).not.toBe(plain.out);
  });

  test('an objective is evaluated without steps, and lower after some', async () => {
    const fit = async (steps: string) => {
      const { out } = await gemel(
        ...['--model', 'one-compartment-oral', '--data', study, '--est', 'focei', '--max-steps', steps, '--json'],
      );
      return JSON.parse(out) as { readonly objective: number; readonly status: string };
    };
    const [before, after] = [await fit('0'), await fit('3')];
    expect(before.status).toBe('evaluated');
    expect(after.objective).toBeLessThan(before.objective);
  });

  /** Eight subjects of one compartment, three readings each. */
  const many = () => {
    const lines = Array.from({ length: 8 }, (_, i) => {
      const [cl, v] = [5 * 1.3 ** ((i % 4) - 1.5), 50 * 1.2 ** (Math.floor(i / 2) - 1.5)];
      const readings = [1, 4, 12].map((t, k) => {
        const noise = 1 + 0.05 * (((3 * i + 2 * k) % 5) - 2);
        return `${i + 1},${t},.,${((100 / v) * Math.exp((-cl / v) * t) * noise).toFixed(4)}`;
      });
      return [`${i + 1},0,100,.`, ...readings];
    });
    return file('many.csv', ['ID,TIME,AMT,DV', ...lines.flat()].join('\n'));
  };
  interface Fitted {
    readonly status: string;
    readonly objective: number;
    readonly objectiveError: number;
    readonly linearObjective: number;
    readonly theta: Readonly<Record<string, number>>;
    readonly standardErrors: {
      readonly likelihood: string;
      readonly status: string;
      readonly parameters: readonly {
        readonly name: string;
        readonly estimate: number;
        readonly error: number | null;
        readonly robust: number | null;
      }[];
      readonly correlations: {
        readonly names: readonly string[];
        readonly matrix: readonly (readonly number[])[];
      } | null;
    };
    readonly shrinkage: { readonly etas: Readonly<Record<string, number>>; readonly epsilon: number };
    readonly problems: readonly { readonly code: string }[];
  }
  const base = [
    '--model',
    'one-compartment',
    '--sigma',
    'additive=0',
    'proportional=0.01',
    '--omega',
    'CL=0.1',
    'VC=0.1',
  ];

  test('saem ends near focei on data that a linear model fits well; the seed decides its draws', async () => {
    const args = [...base, '--data', many(), '--json'];
    const of = async (...more: readonly string[]) => {
      const { code, out } = await gemel(...args, ...more);
      expect(code, told()).toBe(EXIT.ok);
      return JSON.parse(out) as Fitted;
    };
    const linear = await of('--est', 'focei');
    const drawn = await of('--est', 'saem', '--max-steps', '150');
    expect(drawn.status).toBe('finished');
    expect(Math.abs(drawn.objective - drawn.linearObjective)).toBeLessThan(0.5 + 4 * drawn.objectiveError);
    linear.standardErrors.parameters.forEach(({ name, estimate, error }, i) => {
      const other = drawn.standardErrors.parameters[i]!;
      expect(other.name).toBe(name);
      expect(Math.abs(other.estimate - estimate) / error!).toBeLessThan(0.5);
    });
    expect(Object.keys(drawn.shrinkage.etas)).toEqual(['CL', 'VC']);
    expect(await of('--est', 'saem', '--max-steps', '20', '--errors', 'none')).toEqual(
      await of('--est', 'saem', '--max-steps', '20', '--errors', 'none'),
    );
    const other = await of('--est', 'saem', '--max-steps', '20', '--errors', 'none', '--seed', '2');
    expect(other.theta.CL).not.toBe((await of('--est', 'saem', '--max-steps', '20', '--errors', 'none')).theta.CL);
  });

  test('errors, relative errors, the sandwich and shrinkage stand in the table', async () => {
    const { out } = await gemel(...base, '--data', many(), '--est', 'focei');
    expect(out).toMatch(/estimate +error +relative +robust\n/);
    expect(out).toMatch(/\nCL +\d[\d.]+ +\d[\d.]+ +\d[\d.]+ % +\d[\d.]+\n/);
    expect(out).toMatch(/\nshrinkage of eta VC +-?[\d.]+ %\n/);
    expect(out).toContain('condition number');
  });

  test('parameters that the data do not tell apart are named, and have no errors', async () => {
    const model = file(
      'twins.ts',
      `export const compartments = { depots: [], central: 1, peripherals: [] };
export const theta = { CL: 5, VC: 50, F1: 0.9 };
export const omega = { CL: 0.1, VC: 0.1 };
export const sigma = { proportional: 0.01 };
`,
    );
    const { out } = await gemel('--model', model, '--data', many(), '--est', 'focei', '--json');
    const { standardErrors, problems } = JSON.parse(out) as Fitted;
    expect(standardErrors.status).toBe('not-positive-definite');
    expect(standardErrors.parameters.every(({ error }) => error === null)).toBe(true);
    expect(problems.map(({ code }) => code)).toContain('population-not-identifiable');
    expect(told()).toContain('do not tell apart CL, VC, F1');
  });

  test('stopped in the middle, saem says so', async () => {
    const stop = new AbortController();
    const running = main(['nlme', ...base, '--data', many(), '--est', 'saem', '--max-steps', '100000'], stop.signal);
    setTimeout(() => stop.abort(), 200);
    expect(await running).toBe(EXIT.interrupted);
  });

  test('a subject with a wrong record is named and left out; the others stand', async () => {
    const data = file('wrong.csv', readFileSync(study, 'utf8').replace('2,2,.,2,.,.,2.2', '2,2,.,2,.,.,much'));
    const { code, out } = await gemel('--model', oral, '--data', data, '--est', 'ebe', '--json');
    expect(code).toBe(EXIT.input);
    expect((JSON.parse(out) as Rows).rows.map(({ id }) => id)).toEqual(['1']);
    expect(told()).toContain('dataset-value');
    expect(told()).toContain('row 7, DV');
  });

  test.each([
    ['an unknown model', ['--model', 'nothing', '--data', study, '--est', 'ebe'], 'cli-model-unreadable'],
    ['no data set', ['--model', oral, '--est', 'ebe'], 'cli-option-unreadable'],
    ['no such file', ['--model', oral, '--data', 'absent.csv', '--est', 'ebe'], 'cli-file-unreadable'],
    ['an unknown method', ['--model', oral, '--data', study, '--est', 'guess'], 'cli-usage'],
    ['no observations', ['--model', oral, '--data', dosesOnly, '--est', 'saem'], 'population-no-observations'],
    [
      'an unknown parameter',
      ['--model', oral, '--data', study, '--est', 'ebe', '--theta', 'KE=1'],
      'cli-option-unreadable',
    ],
  ])('%s is told by its code', async (_, args, code) => {
    expect((await gemel(...args)).code).not.toBe(EXIT.ok);
    expect(told()).toContain(code);
  });
});
