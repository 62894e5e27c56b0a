import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { compile } from '../codegen/compile.ts';
import { defineModel } from '../model/define-model.ts';
import type { Model } from '../model/model.ts';
import { simulate } from '../simulate/simulate.ts';
import type { SimulationRequest } from '../simulate/simulation.ts';
import { readSbml } from './read.ts';
import { caught, codeOf } from './sbml.fixture.ts';
import { type SbmlEdits, toSbml } from './write.ts';

const FILE = join(
  process.env.GEMEL_DATA ?? join(import.meta.dirname, '../../../../shared/data'),
  'reference/BIOMD0000000379.xml',
);
const times = Float64Array.from({ length: 21 }, (_, i) => i / 2);

/** Runs a model, and what is read back of it with the edits written into it. */
function both(model: Model, edits: SbmlEdits = {}, more: Partial<SimulationRequest> = {}) {
  const { text, names } = toSbml(model, edits);
  const back = readSbml(text, { file: 'written.xml' });
  const asked = { times, relative: 1e-9, absolute: 1e-12, ...more };
  const outputs = model.outputs.map((name) => back.names.get(names.get(name)!)!);
  return {
    text,
    back,
    first: simulate(compile(model), { ...asked, ...edits, outputs: model.outputs }),
    second: simulate(compile(back.model), { ...asked, outputs }),
  };
}

const worst = (a: Float64Array, b: Float64Array) => Math.max(...a.map((value, i) => Math.abs(value - b[i]!)));

const drug = defineModel({
  id: 'drug',
  title: 'A drug with an unknown, an event and an input',
  time: 'h',
  parameters: {
    ka: '1.1 : /h : absorption : assumed',
    CL: '5 : L/h : clearance : assumed',
    V: '10 [L]*CL/CL0 : L : volume : follows clearance',
    CL0: '5 : L/h : usual clearance : assumed',
    Bmax: '0.7 : mg/L : binding places : assumed',
    Kd: '0.2 : mg/L : half of them taken : assumed',
  },
  states: {
    gut: '100 : mg : amount in the gut : dose',
    blood: '0 : mg : amount in the blood : none',
    washed: '0 : 1 : times washed : counter',
  },
  inputs: { drip: '2 linear : mg/h : infusion : pump' },
  definitions: {
    total: 'blood/V : mg/L : all there is : definition',
    ratio: 'if(free > 1 [mg/L], 1, free/(total + Kd)) : 1 : share free : definition',
  },
  unknowns: { free: 'total : mg/L : concentration not bound : binding' },
  constraints: ['free + Bmax*free/(Kd + free) - total'],
  equations: { gut: '-ka*gut', blood: 'ka*gut - CL*free + drip', washed: '0' },
  events: {
    wash: {
      when: 'blood < 40 [mg] and time > 3 [h]',
      set: { gut: 'gut + 30 [mg]', washed: 'washed + 1' },
      delay: '0.5 [h]',
    },
  },
  outputs: ['gut', 'blood', 'free', 'total', 'washed', 'ratio', 'drip'],
});

describe('a model defined here', () => {
  test('runs alike once written and read', () => {
    const { first, second } = both(drug);
    expect([first.status, second.status]).toEqual(['complete', 'complete']);
    expect(first.events.length).toBeGreaterThan(0);
    expect(second.events.map(({ time }) => time)).toEqual(first.events.map(({ time }) => time));
    expect(worst(second.values, first.values)).toBeLessThan(1e-9);
  });

  test('takes edited parameters, initial values and inputs along', () => {
    const edits: SbmlEdits = {
      parameters: { ka: 0.4, CL: 8 },
      initial: { gut: 250 },
      inputs: { drip: { times: Float64Array.of(1, 4, 4, 6), values: Float64Array.of(0, 30, 5, 1) } },
    };
    const { first, second } = both(drug, edits);
    const plain = simulate(compile(drug), { times, outputs: ['blood'] });
    expect(Math.abs(first.values[times.length + 8]! - plain.values[8]!)).toBeGreaterThan(1);
    expect(worst(second.values, first.values)).toBeLessThan(1e-6);
  });

  test('keeps units, meanings and sources, and says what is not written', () => {
    const { text, back } = both(drug);
    expect(back.model.parameters.find(({ name }) => name === 'Kd')).toMatchObject({
      unit: 'mg/L',
      meaning: 'half of them taken',
    });
    expect(back.model.timeUnit).toBe('h');
    expect(text).toContain('follows clearance');
    const odd = {
      ...drug,
      parameters: drug.parameters.map((item) => (item.name === 'Kd' ? { ...item, unit: '[iU]/L' } : item)),
    };
    expect(toSbml(odd).problems.map(({ code }) => code)).toEqual(['sbml-unit']);
    const held = { ...drug, states: drug.states.map((state) => ({ ...state, positive: true })) };
    expect(toSbml(held).problems.map(({ code }) => code)).toEqual(['sbml-not-expressible']);
  });

  test('an edit of what the model does not have is refused', () => {
    expect(codeOf(() => toSbml(drug, { parameters: { nobody: 1 } }))).toBe('sbml-reference');
    expect(codeOf(() => toSbml(drug, { initial: { ka: 1 } }))).toBe('sbml-reference');
    const draws = [{ input: 'drip', family: 'normal' as const, arguments: [] }];
    expect(caught(() => toSbml({ ...drug, draws }))?.code).toBe('sbml-not-expressible');
  });
});

test.skipIf(!existsSync(FILE))(
  'BioModels 379 runs alike once written and read (skipped where the file is absent)',
  () => {
    const { model } = readSbml(readFileSync(FILE, 'utf8'), { file: FILE });
    const { first, second } = both(
      model,
      { parameters: { k_abs: 0.04 } },
      { times: Float64Array.from({ length: 43 }, (_, i) => 10 * i) },
    );
    expect(first.values.length).toBeGreaterThan(1000);
    expect([...second.values]).toEqual([...first.values]);
  },
);
