import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { EXIT } from '../exit.ts';
import { commandLine } from './fixtures/command-line.ts';

const { at, gemel, told } = commandLine();

const sbml = at('decay.xml');
writeFileSync(
  sbml,
  `<?xml version="1.0" encoding="UTF-8"?>
<sbml xmlns="http://www.sbml.org/sbml/level3/version2/core" level="3" version="2">
  <model id="decay" substanceUnits="mole" volumeUnits="litre" timeUnits="second" extentUnits="mole">
    <listOfCompartments><compartment id="C" size="2" constant="true" spatialDimensions="3"/></listOfCompartments>
    <listOfSpecies>
      <species id="S" compartment="C" initialAmount="100" hasOnlySubstanceUnits="true" boundaryCondition="false" constant="false"/>
    </listOfSpecies>
    <listOfParameters><parameter id="k" value="0.5" constant="true"/></listOfParameters>
    <listOfReactions>
      <reaction id="R" reversible="false">
        <listOfReactants><speciesReference species="S" stoichiometry="1" constant="true"/></listOfReactants>
        <kineticLaw><math xmlns="http://www.w3.org/1998/Math/MathML"><apply><times/><ci>k</ci><ci>S</ci></apply></math></kineticLaw>
      </reaction>
    </listOfReactions>
  </model>
</sbml>
`,
);

const concentration = at('concentration.xml');
writeFileSync(
  concentration,
  readFileSync(sbml, 'utf8').replace('hasOnlySubstanceUnits="true"', 'hasOnlySubstanceUnits="false"'),
);

const define = fileURLToPath(new URL('../../../packages/modeling/model/define-model.ts', import.meta.url));
const module = at('growth.ts');
writeFileSync(
  module,
  `import { defineModel } from ${JSON.stringify(define)};
export default defineModel({
  id: 'growth', title: 'Growth', time: 's',
  parameters: { a: '1 : /s : rate : test' },
  states: { x: '1 : 1 : size : test' },
  equations: { x: 'a*x*x' },
});
`,
);

function table(text: string): { readonly head: string; readonly rows: readonly (readonly number[])[] } {
  const [head = '', ...rows] = text.trim().split('\n');
  return { head, rows: rows.map((row) => row.split(',').map(Number)) };
}

describe('gemel simulate', () => {
  test('prints concentrations, or amounts where asked', async () => {
    const fine = ['--end', '4', '--steps', '2', '--rtol', '1e-10', '--atol', '1e-12'];
    const { code, out } = await gemel('simulate', sbml, ...fine);
    const { head, rows } = table(out);
    expect([code, head]).toEqual([EXIT.ok, 'time,S,C,k,R']);
    expect(rows.map(([t]) => t)).toEqual([0, 2, 4]);
    for (const [t, value] of rows) expect(value).toBeCloseTo(50 * Math.exp(-0.5 * t!), 7);
    const amounts = table((await gemel('simulate', sbml, ...fine, '--amounts', 'S', '--set', 'k=0.25')).out);
    for (const [t, value] of amounts.rows) expect(value).toBeCloseTo(100 * Math.exp(-0.25 * t!), 7);
  });

  test('stochastic methods print mean and standard deviation, the same for the same seed', async () => {
    const args = [
      'simulate',
      sbml,
      '--end',
      '2',
      '--steps',
      '1',
      '--amounts',
      'S',
      '--outputs',
      'S',
      '--method',
      'ssa',
      '--runs',
      '400',
    ];
    const { code, out } = await gemel(...args, '--seed', '3');
    const { head, rows } = table(out);
    expect([code, head, rows[0]]).toEqual([EXIT.ok, 'time,S-mean,S-sd', [0, 100, 0]]);
    const share = Math.exp(-1);
    expect(Math.abs(rows[1]![1]! - 100 * share)).toBeLessThan((5 * Math.sqrt(100 * share * (1 - share))) / 20);
    expect(rows[1]![2]! / Math.sqrt(100 * share * (1 - share))).toBeCloseTo(1, 0);
    expect((await gemel(...args, '--seed', '3')).out).toBe(out);
    expect((await gemel(...args, '--seed', '4')).out).not.toBe(out);
  });

  test('a module that exports a model; a run that cannot go on leaves what it reached and says why', async () => {
    const { code, out } = await gemel('simulate', module, '--end', '2', '--steps', '5');
    expect(code).toBe(EXIT.withheld);
    expect(table(out).rows.map(([t]) => t)).toEqual([0, 0.4, 0.8]);
    expect(told()).toMatch(/simulation-(step-too-small|not-finite) {2}x/);
    const json = JSON.parse((await gemel('simulate', module, '--end', '0.5', '--steps', '1', '--json')).out);
    expect(json).toMatchObject({ model: 'growth', status: 'complete', problem: null, times: [0, 0.5] });
    expect(json.columns[0].values[1]).toBeCloseTo(2, 5);
  });

  test('what the command line asks for and is not there is refused with 2, a bad file with 3', async () => {
    expect((await gemel('simulate', sbml)).code).toBe(EXIT.usage);
    expect((await gemel('simulate', sbml, '--end', '1', '--outputs', 'T')).code).toBe(EXIT.usage);
    expect(told()).toContain('simulation-unknown-name');
    expect((await gemel('simulate', sbml, '--end', '1', '--set', 'k')).code).toBe(EXIT.usage);
    expect((await gemel('simulate', sbml, '--end', '1', '--method', 'euler')).code).toBe(EXIT.usage);
    expect((await gemel('simulate', at('none.xml'), '--end', '1')).code).toBe(EXIT.input);
    const text = at('text.xml');
    writeFileSync(text, '<html></html>');
    expect((await gemel('simulate', text, '--end', '1')).code).toBe(EXIT.input);
    expect(told()).toContain('cli-model-unreadable');
  });
});

test.each([
  ['--end 0', /--end 0 is not after --start 0/],
  ['--end 1 --set S=3', /--set S: not a parameter or state of decay[\s\S]*Take one of .*k/],
  ['--end 1 --amounts T', /--amounts T: not in the model/],
  ['--end 1 --runs 3', /--runs: add a stochastic method/],
  ['--end 1 --task a', /--task: .*no COMBINE archive/],
  ['--end 1 --steps 99999999999', /--steps is a whole number from 1 to 10000000/],
])('what would have no effect or no sense is refused, saying why: %s', async (options, why) => {
  expect((await gemel('simulate', concentration, ...options.split(' '))).code).toBe(EXIT.usage);
  expect(told()).toMatch(why);
});

test('an archive brings its own values; what is no model says what it is', async () => {
  const archive = at('run.omex');
  expect((await gemel('simulate', sbml, '--end', '1', '--archive', archive)).code).toBe(EXIT.ok);
  expect((await gemel('simulate', archive)).code).toBe(EXIT.ok);
  expect((await gemel('simulate', archive, '--set', 'k=7')).code).toBe(EXIT.usage);
  expect(told()).toContain('--set');
  expect((await gemel('inspect', archive)).code).toBe(EXIT.input);
  expect(told()).toContain('is a COMBINE archive, not a model');
  const broken = at('broken.ts');
  writeFileSync(broken, "throw new Error('not today');");
  for (const args of [
    ['simulate', broken, '--end', '1'],
    ['nlme', '--model', broken, '--est', 'ebe', '--data', sbml],
  ]) {
    expect((await gemel(...args)).code).toBe(EXIT.input);
  }
  expect(told().match(/cli-model-unreadable[^:]*does not run: Error: not today/g)).toHaveLength(2);
  expect((await gemel('simulate', at('none.ts'), '--end', '1')).code).toBe(EXIT.input);
  expect(told()).toMatch(/none\.ts cannot be read/);
});

describe('gemel inspect', () => {
  test('lists what a model holds', async () => {
    const { code, out } = await gemel('inspect', sbml);
    expect(code).toBe(EXIT.ok);
    for (const part of ['k = 0.5', 'without a unit, so not checked: k', 'reactions: 1']) expect(out).toContain(part);
    const json = JSON.parse((await gemel('inspect', module, '--json')).out);
    expect(json).toMatchObject({ id: 'growth', states: [{ name: 'x', unit: '1', initial: '1' }] });
    expect(json.units).toEqual({ withoutUnit: [], problems: [] });
  });

  test('as a document', async () => {
    expect((await gemel('inspect', module, '--markdown')).out).toContain('# Growth');
    expect((await gemel('inspect', module, '--latex')).out).toContain('\\section*{Growth}');
    expect((await gemel('inspect', module, '--latex', '--markdown')).code).toBe(EXIT.usage);
  });

  test('what is not supported is refused by name', async () => {
    const logical = at('logical.xml');
    const qual = 'xmlns:q="http://www.sbml.org/sbml/level3/version1/qual/version1" q:required="true"';
    writeFileSync(logical, readFileSync(sbml, 'utf8').replace('<sbml ', `<sbml ${qual} `));
    expect((await gemel('inspect', logical)).code).toBe(EXIT.input);
    expect(told()).toMatch(/sbml-package[\s\S]*qual/);
  });
});
