import type { RawValue } from '@gemel/core';
import { admitControl, admitObservation } from '@gemel/runtime/admit-item';
import { catalog } from '@gemel/runtime/catalog';
import { describe, expect, it } from 'vitest';
import { drugs } from './drugs/index.ts';
import { tacrolimus } from './drugs/tacrolimus/index.ts';
import { vancomycin } from './drugs/vancomycin/index.ts';
import { after, history, measured } from './fixtures/patient.ts';
import { dosingPack } from './pack.ts';

const pack = dosingPack(vancomycin);
const missing = (changes: Parameters<typeof history>[0]) =>
  pack.readiness('decide', history(changes), after(30)).missing.map(({ code }) => code);
const told = (changes: Parameters<typeof history>[0]) =>
  pack.advisories(
    { history: history(changes), now: after(30), belief: null, applicability: { applies: 'yes', reasons: [] } },
    null,
  );

describe('the unit of a level', () => {
  const packs = drugs.map(dosingPack);
  const known = catalog(packs);
  const now = after(30);
  const admitted = (drug: (typeof drugs)[number], value: number, unit: string) => {
    const raw: RawValue = { kind: 'quantity', value, unit };
    const time = { start: after(11), offset: 0 };
    const common = { subject: 'Patient/x', provenance: { source: 'test', element: '' }, time };
    return admitObservation(
      { kind: 'observation', ...common, codings: drug.levelCodings.slice(0, 1), value: raw },
      known,
      now,
      'o',
    );
  };
  it.each([
    ['mg/L', 14.493],
    ['µg/mL', 14.493],
    ['mcg/mL', 14.493],
    ['ug/mL', 14.493],
    ['umol/L', 10],
    ['µmol/L', 10],
    ['nmol/mL', 10],
    ['g/L', 0.014493],
  ])('of vancomycin in %s becomes mg/L', (unit, value) => {
    const outcome = admitted(vancomycin, value, unit);
    expect(outcome.kind).toBe('mapped');
    if (outcome.kind !== 'mapped' || outcome.item.kind !== 'observation') return;
    const { grade, signal, value: found } = outcome.item;
    expect([grade, signal]).toEqual(['good', 'vancomycin.level']);
    expect(found).toMatchObject({ unit: 'mg/L', value: expect.closeTo(14.493, 3) });
  });
  it('of every drug is converted by its molar mass', () => {
    for (const drug of drugs.filter(({ levelName }) => levelName === undefined)) {
      const outcome = admitted(drug, 0.01, 'umol/L');
      if (outcome.kind !== 'mapped' || outcome.item.kind !== 'observation') throw new Error(drug.id);
      const perLitre = { 'mg/L': drug.molarMass / 1000, 'ug/L': drug.molarMass, 'umol/L': 1 }[drug.levelUnit]!;
      expect(outcome.item.value).toMatchObject({ value: expect.closeTo(0.01 * perLitre, 8), unit: drug.levelUnit });
    }
  });
  it.each([
    ['', 'admit-unit-unknown'],
    ['mg', 'admit-unit-dimension'],
    ['widgets', 'admit-unit-unknown'],
  ])('of “%s” is refused', (unit, code) => {
    const outcome = admitted(vancomycin, 10, unit);
    expect([outcome.kind, outcome.problems.map((each) => each.code)]).toEqual(['refused', [code]]);
  });
  it('a thousand times too large is set aside, and no dose is proposed on what is left', () => {
    const outcome = admitted(tacrolimus, 8, 'mg/L');
    if (outcome.kind !== 'mapped' || outcome.item.kind !== 'observation') throw new Error('not read');
    expect(outcome.item.grade).toBe('poor');
    const aside = { ...measured('vancomycin.level', 26, { value: 14_493, unit: 'mg/L' }), grade: 'poor' as const };
    expect(missing({ setAside: [aside] })).toEqual(['level-set-aside']);
    // An older one is told of, and does not bar.
    const older = { ...aside, trueAt: after(5) };
    expect(missing({ setAside: [older] })).toEqual([]);
    expect(told({ setAside: [older] }).map(({ code }) => code)).toEqual(['level-set-aside']);
  });
  it('a rate of infusion and an amount are told apart by theirs', () => {
    const control = (unit: string) => {
      const time = { start: after(0), offset: 0 };
      const common = { subject: 'Patient/x', provenance: { source: 'test', element: '' }, codings: vancomycin.codings };
      const value: RawValue = { kind: 'quantity', value: 50, unit };
      const outcome = admitControl({ kind: 'control', ...common, value, time, status: 'given' }, known, now, 'c');
      return outcome.kind === 'mapped' && outcome.item.kind === 'control' ? outcome.item.control : outcome.kind;
    };
    expect(['mg', 'g', 'mg/h', 'mL'].map(control)).toEqual([
      'vancomycin.dose',
      'vancomycin.dose',
      'vancomycin.rate',
      'refused',
    ]);
  });
});
