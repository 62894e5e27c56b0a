import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { EXIT } from '../exit.ts';
import { main } from './main.ts';

const folder = mkdtempSync(join(tmpdir(), 'gemel-dosing-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What a command line prints, and how it ends. */
async function gemel(...args: readonly string[]): Promise<{ readonly code: number; readonly out: string }> {
  let out = '';
  const into = (chunk: unknown) => {
    out += String(chunk);
    return true;
  };
  const spies = [process.stdout, process.stderr].map((stream) => vi.spyOn(stream, 'write').mockImplementation(into));
  try {
    return { code: await main(args, new AbortController().signal), out };
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}

const subject = { reference: 'Patient/p' };
const patient = { resourceType: 'Patient', id: 'p', birthDate: '1960-05-01', gender: 'male' };
const loinc = (id: string, code: string, effectiveDateTime: string, value: object) => ({
  ...{ resourceType: 'Observation', id, status: 'final', subject, effectiveDateTime },
  ...{ code: { coding: [{ system: 'http://loinc.org', code }] }, ...value },
});
const quantity = (value: number, code: string, comparator?: string) => ({
  valueQuantity: { value, unit: code, code, system: 'http://unitsofmeasure.org', ...(comparator && { comparator }) },
});
const weight = loinc('w', '29463-7', '2026-02-28T08:00:00Z', quantity(80, 'kg'));
const creatinine = loinc('c', '2160-0', '2026-03-01T06:00:00Z', quantity(1.1, 'mg/dL'));
const vancomycin = {
  ...{ resourceType: 'MedicationAdministration', id: 'd', status: 'completed', subject },
  medicationCodeableConcept: { coding: [{ system: 'http://www.nlm.nih.gov/research/umls/rxnorm', code: '11124' }] },
  effectivePeriod: { start: '2026-03-01T08:00:00Z', end: '2026-03-01T09:30:00Z' },
  dosage: { dose: { value: 1500, unit: 'mg', code: 'mg', system: 'http://unitsofmeasure.org' } },
};

function bundle(name: string, ...resources: readonly object[]): string {
  const path = join(folder, `${name}.json`);
  const entry = resources.map((resource) => ({ resource }));
  writeFileSync(path, JSON.stringify({ resourceType: 'Bundle', type: 'collection', entry }));
  return path;
}

describe('a record of facts alone', () => {
  const genotype = (text: string) => loinc('g', '84413-4', '2026-03-01T10:00:00Z', { valueCodeableConcept: { text } });

  it('is answered: what the guideline says, and what a first dose lacks', async () => {
    const record = bundle('genotype', patient, genotype('CYP2C19 *1/*1'));
    const { code, out } = await gemel('run', 'dosing-voriconazole', record, '--out', join(folder, 'genotype'));
    expect(code).toBe(EXIT.withheld);
    expect(out).toMatch(/because weight-missing: Body weight: not recorded/);
    expect(out).toMatch(/guideline: CYP2C19 \*1\/\*1, normal metabolizer: begin with the standard dose/);
  });
  it('stands at the last of the facts', async () => {
    const record = bundle('moment', patient, weight, genotype('CYP2C19 *1/*1'));
    const { code, out } = await gemel('run', 'dosing-voriconazole', record, '--out', join(folder, 'moment'));
    expect([code, out]).toEqual([EXIT.ok, expect.stringContaining('Patient/p at 2026-03-01T10:00:00.000Z')]);
    expect(out).toMatch(/Option to consider: \d+ mg every 12 h/);
  });
  it('that no pack uses is told as such', async () => {
    const record = bundle('none', loinc('x', '8867-4', '2026-03-01T10:00:00Z', quantity(70, '/min')));
    const { code, out } = await gemel('run', 'dosing-voriconazole', record, '--out', join(folder, 'none'));
    expect([code, out]).toEqual([EXIT.input, expect.stringContaining('nothing that dosing-voriconazole uses')]);
  });
});

describe('a measured MIC', () => {
  it('is told with its age and source, a bound as that; what-if prints units as people write them', async () => {
    const mic = loinc('m', '524-9', '2026-03-01T07:00:00Z', quantity(2, 'ug/mL', '<='));
    const record = bundle('mic', patient, weight, creatinine, vancomycin, mic);
    const run = await gemel('run', 'dosing-vancomycin', record, '--out', join(folder, 'mic'));
    expect(run.code).toBe(EXIT.ok);
    expect(run.out).toMatch(/MIC: at most 2 mg\/L, measured on 2026-03-01, today \(Vancomycin .*mic\.json\)/);
    const data = ['--data', join(folder, 'data'), '--at', '2026-03-01T12:00:00Z', '--pack', 'dosing-vancomycin'];
    await gemel('import', record, ...data.slice(0, 2), '--at', 'last');
    await gemel('calibrate', ...data);
    const { code, out } = await gemel('whatif', ...data, '--arm', 'more: vancomycin.dose=1500 mg@480+90 every 720');
    expect(code).toBe(EXIT.ok);
    expect(out).toMatch(/^ {2}AUC24: \+\d+ mg·h\/L \(90 % \+\d+ to \+\d+\)$/m);
    expect(out).not.toMatch(/mg\.h\/L|e\+|\+0 {2}/);
  });
});
