import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { afterAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { EXIT } from '../exit.ts';
import { main } from './main.ts';

const folder = mkdtempSync(join(tmpdir(), 'gemel-archive-'));
const sbml = join(folder, 'turn.xml');
const archive = join(folder, 'run.omex');
afterAll(() => rmSync(folder, { recursive: true, force: true }));
beforeEach(() => {
  vi.spyOn(process.stderr, 'write').mockImplementation(() => true);
  rmSync(archive, { force: true });
  return () => vi.restoreAllMocks();
});

const rate = '<apply><times/><ci>k</ci><ci>S</ci></apply>';
writeFileSync(
  sbml,
  `<?xml version="1.0" encoding="UTF-8"?>
<sbml xmlns="http://www.sbml.org/sbml/level3/version2/core" level="3" version="2">
  <model id="turn">
    <listOfCompartments><compartment id="C" size="3" constant="true"/></listOfCompartments>
    <listOfSpecies>
      <species id="S" compartment="C" initialAmount="100" hasOnlySubstanceUnits="true" boundaryCondition="false" constant="false"/>
      <species id="P" compartment="C" initialAmount="0" hasOnlySubstanceUnits="true" boundaryCondition="false" constant="false"/>
    </listOfSpecies>
    <listOfParameters><parameter id="k" value="0.5" constant="true"/></listOfParameters>
    <listOfReactions>
      <reaction id="R" reversible="false">
        <listOfReactants><speciesReference species="S" stoichiometry="1" constant="true"/></listOfReactants>
        <listOfProducts><speciesReference species="P" stoichiometry="1" constant="true"/></listOfProducts>
        <kineticLaw><math xmlns="http://www.w3.org/1998/Math/MathML">${rate}</math></kineticLaw>
      </reaction>
    </listOfReactions>
  </model>
</sbml>
`,
);

async function gemel(...args: readonly string[]): Promise<{ readonly code: number; readonly out: string }> {
  const out = join(folder, 'out');
  rmSync(out, { force: true });
  const code = await main([...args, '--out', out], new AbortController().signal);
  return { code, out: existsSync(out) ? readFileSync(out, 'utf8') : '' };
}

describe('gemel simulate --archive', () => {
  test.each([
    ['as it stands', []],
    ['with edited values and tolerances', ['--set', 'k=0.37', 'P=2.5', '--rtol', '1e-8', '--atol', '1e-11']],
    ['in amounts of some', ['--start', '1', '--outputs', 'P,S,R', '--amounts', 'P', '--method', 'tsit5']],
    ['of many stochastic runs', ['--method', 'ssa', '--runs', '150', '--seed', '9', '--amounts', 'S,P']],
  ])('a run %s prints the same bytes from its archive', async (_what, args) => {
    const first = await gemel('simulate', sbml, '--end', '7', '--steps', '23', ...args, '--archive', archive);
    expect(first.code).toBe(EXIT.ok);
    const again = await gemel('simulate', archive);
    expect(again.code).toBe(EXIT.ok);
    expect(again.out).toBe(first.out);
    expect(first.out.split('\n')).toHaveLength(26);
  });

  test('says what it cannot do', async () => {
    expect((await gemel('simulate', sbml, '--archive', archive)).code).toBe(EXIT.usage);
    expect((await gemel('simulate', sbml, '--end', '1', '--archive', archive)).code).toBe(EXIT.ok);
    expect((await gemel('simulate', archive, '--task', 'other')).code).toBe(EXIT.usage);
    expect((await gemel('simulate', join(folder, 'none.omex'))).code).toBe(EXIT.input);
    writeFileSync(archive, 'no zip');
    expect((await gemel('simulate', archive)).code).toBe(EXIT.input);
  });
});
