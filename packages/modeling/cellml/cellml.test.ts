import { CodedError } from '@gemel/core/error';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compile } from '../codegen/compile.ts';
import { simulate } from '../simulate/simulate.ts';
import {
  cellml,
  ci,
  cn,
  component,
  connection,
  decay,
  diff,
  eq,
  hodgkinHuxley,
  math,
  op,
  units,
  type Version,
} from './cellml.fixture.ts';
import { readCellml, unitReport } from './read.ts';

const refused = (code: string) => expect.objectContaining({ code });
const VERSIONS: Version[] = ['1.0', '1.1', '2.0'];

function run(text: string, times: number[], outputs: string[]) {
  const { model, names } = readCellml(text);
  const result = simulate(compile(model), {
    times: Float64Array.from(times),
    outputs: outputs.map((name) => names.get(name) ?? name),
    relative: 1e-10,
    absolute: 1e-13,
  });
  expect(result.status).toBe('complete');
  return outputs.map((_, i) => [...result.values.subarray(i * times.length, (i + 1) * times.length)]);
}

describe.each(VERSIONS)('CellML %s', (version) => {
  test('connected variables are one, in each component’s own units', () => {
    const [x, twice] = run(decay(version), [0, 1, 10], ['pool.x', 'report.twice']);
    for (const [i, minutes] of [0, 1, 10].entries()) {
      expect(x[i]).toBeCloseTo(2 * Math.exp(-0.3 * minutes), 9);
      expect(twice[i]).toBeCloseTo(4000 * Math.exp(-0.3 * minutes), 6);
    }
  });

  test('names, units and the unit of time are those of where a variable is determined', () => {
    const { model, names, version: said, problems } = readCellml(decay(version));
    expect(said).toBe(version);
    expect(problems).toEqual([]);
    expect(model.timeUnit).toBe('min');
    expect(names.get('report.x')).toBe(names.get('pool.x'));
    expect(names.get('clock.t')).toBe('time');
    expect(model.states.map(({ name, unit }) => [name, unit])).toEqual([['x', 'mol/L']]);
    expect(model.definitions.map(({ name, unit }) => [name, unit])).toEqual([['twice', 'mmol/L']]);
    expect(unitReport(readCellml(decay(version)))).toEqual([]);
  });
});

describe('equations', () => {
  const one = (body: string, variables: Parameters<typeof component>[1], version: Version = '2.0') =>
    cellml(version, units('per_second', 'units="second" exponent="-1"') + component('c', variables, body));

  test('a rate may be used on another side, and an initial value be another variable’s', () => {
    const text = one(
      math(eq(diff('x'), op('times', ci('k'), ci('y'))), eq(ci('y'), op('minus', ci('x'))), eq(ci('slope'), diff('x'))),
      {
        t: 'second',
        x: ['dimensionless', 'a'],
        a: ['dimensionless', '3'],
        k: ['per_second', '2'],
        y: 'dimensionless',
        slope: 'per_second',
      },
    );
    const [x, slope] = run(text, [0, 0.5], ['c.x', 'c.slope']);
    expect(x[1]).toBeCloseTo(3 * Math.exp(-1), 9);
    expect(slope[1]).toBeCloseTo(-6 * Math.exp(-1), 8);
  });

  test('a variable alone on the right is given by the left', () => {
    const text = one(math(eq(diff('x'), ci('r')), eq(cn(4, 'per_second'), ci('r'))), {
      t: 'second',
      x: ['dimensionless', '1'],
      r: 'per_second',
    });
    expect(run(text, [0, 2], ['c.x'])[0][1]).toBeCloseTo(9, 10);
  });

  test('an equation with no variable alone determines an unknown', () => {
    const text = one(
      math(
        eq(diff('x'), op('minus', op('times', cn(1, 'per_second'), ci('x')))),
        eq(op('plus', ci('z'), op('times', ci('z'), ci('z'), ci('z'))), ci('x')),
      ),
      { t: 'second', x: ['dimensionless', '2'], z: 'dimensionless' },
    );
    const [x, z] = run(text, [0, 1], ['c.x', 'c.z']);
    expect(z[0]).toBeCloseTo(1, 9);
    expect(z[1] + z[1] ** 3).toBeCloseTo(x[1], 8);
  });

  test('an initial value is where the search for an unknown begins, where nothing else can be meant', () => {
    const text = one(math(eq(diff('x'), cn(1, 'per_second')), eq(op('times', ci('z'), ci('z')), ci('x'))), {
      t: 'second',
      x: ['dimensionless', '4'],
      z: ['dimensionless', '-1'],
    });
    const [z] = run(text, [0, 5], ['c.z']);
    expect(z).toEqual([expect.closeTo(-2, 9), expect.closeTo(-3, 9)]);
  });

  test('a rate on another side is in the units of its component', () => {
    const text = cellml(
      '2.0',
      units('minute', 'units="second" multiplier="60"') +
        units('mV', 'units="volt" prefix="milli"') +
        units('V_per_s', 'units="volt"', 'units="second" exponent="-1"') +
        units('mV_per_min', 'units="mV"', 'units="minute" exponent="-1"') +
        component('a', { t: 'second', v: ['volt', '1'] }, math(eq(diff('v'), cn(2, 'V_per_s')))) +
        component('b', { t: 'minute', v: 'mV', r: 'mV_per_min' }, math(eq(ci('r'), op('times', cn(3), diff('v'))))) +
        connection('2.0', 'a', 'b', ['v', 'v'], ['t', 't']),
    );
    expect(run(text, [0], ['b.r'])[0][0]).toBeCloseTo(3 * 2 * 1000 * 60, 6);
    expect(unitReport(readCellml(text))).toEqual([]);
  });

  test('numbers may be in e-notation; a name that has a meaning of its own is given another', () => {
    const text = one(math(eq(diff('and', 's'), `<cn cellml:units="per_second" type="e-notation">2.5<sep/>-1</cn>`)), {
      s: 'second',
      and: ['dimensionless', '1e2'],
    });
    const { model, names } = readCellml(text);
    expect(model.states[0].name).not.toBe('and');
    expect(run(text, [0, 4], ['c.and'])[0][1]).toBeCloseTo(101, 9);
    expect(names.get('c.s')).toBe('time');
  });

  test('an initial value may be given where a variable is connected, in other units', () => {
    const text = cellml(
      '2.0',
      units('mV', 'prefix="milli" units="volt"') +
        units('mV_per_s', 'units="mV"', 'units="second" exponent="-1"') +
        component('a', { t: 'second', v: 'mV' }, math(eq(diff('v'), cn(1, 'mV_per_s')))) +
        component('b', { v: ['volt', '-0.08'] }) +
        connection('2.0', 'a', 'b', ['v', 'v']),
    );
    expect(run(text, [0, 5], ['a.v'])[0]).toEqual([-80, expect.closeTo(-75, 9)]);
  });

  test('the membrane of Hodgkin and Huxley fires: peak near 106 mV above rest, an undershoot near −11 mV', () => {
    const times = Array.from({ length: 401 }, (_, i) => i / 10);
    const [v] = run(hodgkinHuxley(), times, ['membrane.V']);
    const peak = Math.max(...v);
    expect(peak).toBeGreaterThan(100);
    expect(peak).toBeLessThan(112);
    expect(Math.min(...v)).toBeGreaterThan(-13);
    expect(Math.min(...v)).toBeLessThan(-9);
    expect(unitReport(readCellml(hodgkinHuxley()))).toEqual([]);
    // The same equations written out, by small fixed steps.
    const own = membrane(1e-3);
    for (const i of [50, 110, 120, 130, 150, 300]) expect(v[i]).toBeCloseTo(own(i / 10), 4);
  });
});

/** V of the equations of 1952 by the classical Runge–Kutta method. */
function membrane(step: number): (t: number) => number {
  const f = (t: number, [v, m, h, n]: number[]): number[] => {
    const gate = (x: number, a: number, b: number) => a * (1 - x) - b * x;
    const linear = (k: number, s: number) => (k * (s - v)) / (Math.exp((s - v) / 10) - 1);
    const current = t >= 10 && t < 10.5 ? 20 : 0;
    return [
      current - 120 * m ** 3 * h * (v - 115) - 36 * n ** 4 * (v + 12) - 0.3 * (v - 10.613),
      gate(m, linear(0.1, 25), 4 * Math.exp(-v / 18)),
      gate(h, 0.07 * Math.exp(-v / 20), 1 / (Math.exp((30 - v) / 10) + 1)),
      gate(n, linear(0.01, 10), 0.125 * Math.exp(-v / 80)),
    ];
  };
  const path: number[] = [];
  let y = [0, 0.05, 0.6, 0.325];
  for (let i = 0; i <= Math.round(40 / step); i++) {
    path.push(y[0]);
    const t = i * step;
    const at = (k: number[], share: number) => y.map((value, j) => value + share * step * k[j]);
    const k1 = f(t + 1e-9, y);
    const k2 = f(t + step / 2, at(k1, 0.5));
    const k3 = f(t + step / 2, at(k2, 0.5));
    const k4 = f(t + step - 1e-9, at(k3, 1));
    y = y.map((value, j) => value + (step / 6) * (k1[j] + 2 * k2[j] + 2 * k3[j] + k4[j]));
  }
  return (t) => path[Math.round(t / step)];
}

describe('units', () => {
  const unitOf = (definition: string) => {
    const { model, problems } = readCellml(cellml('2.0', `${definition}${component('c', { a: ['u', '1'] })}`));
    return [model.parameters[0].unit, problems.length];
  };
  test.each([
    [units('u', 'units="metre" prefix="centi" exponent="2"'), 'cm2'],
    [units('u', 'units="gram" prefix="milli"', 'units="litre" prefix="deci" exponent="-1"'), 'mg/dL'],
    [units('u', 'units="kilogram" prefix="milli"'), 'g'],
    [units('u', 'units="second" multiplier="3600"'), 'h'],
    [units('u', 'units="second" multiplier="0.001"'), '10*-3.s'],
    [units('u', 'units="dimensionless" multiplier="100"'), '10*2'],
    [units('u', 'units="second" multiplier="7"'), '7.s'],
    [units('u', 'units="mole" prefix="-9"'), 'nmol'],
    [units('m', 'units="mole"', 'units="litre" exponent="-1"') + units('u', 'units="m" prefix="micro"'), 'umol/L'],
  ])('%s is %s', (definition, code) => {
    expect(unitOf(definition)).toEqual([code, 0]);
  });

  test('what UCUM cannot say has no code, with a note, and is still converted', () => {
    expect(unitOf(units('u', 'units="second" multiplier="2.54"'))[0]).toBeNull();
    expect(unitOf(units('u', 'units="volt" exponent="0.5"'))[0]).toBeNull();
    expect(unitOf('<units name="u"/>')).toEqual([null, 1]);
    const text = cellml(
      '2.0',
      '<units name="cell"/>' +
        units('thousand_cells', 'units="cell" prefix="kilo"') +
        component('a', { x: ['thousand_cells', '3'] }) +
        component('b', { x: 'cell', y: 'cell' }, math(eq(ci('y'), ci('x')))) +
        connection('2.0', 'a', 'b', ['x', 'x']),
    );
    expect(run(text, [0], ['b.y'])[0][0]).toBe(3000);
  });

  test('an inch is converted by its multiplier, the exponent standing for the unit alone', () => {
    const text = cellml(
      '2.0',
      units('inch', 'units="metre" multiplier="0.0254"') +
        units('per_inch', 'units="inch" exponent="-1"') +
        units('odd', 'units="metre" multiplier="5" exponent="-1"') +
        units('per_metre', 'units="metre" exponent="-1"') +
        component('a', { x: ['per_inch', '1'], z: ['odd', '1'] }) +
        component(
          'b',
          { x: 'per_metre', y: 'per_metre', z: 'per_metre', w: 'per_metre' },
          math(eq(ci('y'), ci('x')), eq(ci('w'), ci('z'))),
        ) +
        connection('2.0', 'a', 'b', ['x', 'x'], ['z', 'z']),
    );
    const [y, w] = run(text, [0], ['b.y', 'b.w']);
    expect(y[0]).toBeCloseTo(1 / 0.0254, 10);
    expect(w[0]).toBe(5);
  });

  test('equations that do not fit are reported, and run with the numbers as they stand', () => {
    const read = readCellml(
      cellml(
        '2.0',
        component(
          'c',
          { a: ['second', '1'], b: ['metre', '2'], d: 'metre' },
          math(eq(ci('d'), op('plus', ci('a'), ci('b')))),
        ),
      ),
    );
    expect(unitReport(read).map(({ code }) => code)).toEqual(['model-unit-dimension']);
  });
});

describe('refused by code:', () => {
  const c = (variables: Parameters<typeof component>[1], body = '') => component('c', variables, body);
  const d = 'dimensionless';
  test.each<[string, string, string, Version?]>([
    ['an import', 'cellml-unsupported', '<import/>'],
    ['a reset', 'cellml-unsupported', '<component name="c"><reset/></component>'],
    ['a reaction', 'cellml-unsupported', '<component name="c"><reaction/></component>', '1.0'],
    ['units with an offset', 'cellml-unsupported', units('u', 'units="kelvin" offset="273.15"'), '1.0'],
    [
      'a derivative of higher order',
      'cellml-unsupported',
      c(
        { t: 'second', x: d },
        math(
          eq(
            `<apply><diff/><bvar><ci>t</ci><degree><cn cellml:units="${d}">2</cn></degree></bvar><ci>x</ci></apply>`,
            cn(1),
          ),
        ),
      ),
    ],
    [
      'derivatives by two variables',
      'cellml-unsupported',
      c({ t: d, s: d, x: [d, '1'], y: [d, '1'] }, math(eq(diff('x'), cn(1)), eq(diff('y', 's'), cn(1)))),
    ],
    ['unknown units', 'cellml-reference', c({ x: ['furlong', '1'] })],
    ['an unknown variable', 'cellml-reference', c({ x: d }, math(eq(ci('x'), ci('y'))))],
    ['an unknown variable alone', 'cellml-reference', c({ x: d }, math(eq(ci('y'), ci('x'))))],
    ['a connection to nowhere', 'cellml-reference', c({ x: d }) + connection('2.0', 'c', 'e', ['x', 'x'])],
    [
      'connected variables of different dimension',
      'cellml-units',
      c({ x: 'second' }) + component('e', { x: 'metre' }) + connection('2.0', 'c', 'e', ['x', 'x']),
    ],
    ['units made of themselves', 'cellml-units', units('u', 'units="w"') + units('w', 'units="u"') + c({ x: 'u' })],
    [
      'a variable determined twice',
      'cellml-overdetermined',
      c({ t: 'second', x: [d, '1'] }, math(eq(diff('x'), cn(1)), eq(diff('x'), cn(2)))),
    ],
    ['two values', 'cellml-overdetermined', c({ x: d }, math(eq(ci('x'), cn(1)), eq(ci('x'), cn(2))))],
    [
      'two initial values',
      'cellml-overdetermined',
      c({ x: [d, '1'] }) + component('e', { x: [d, '2'] }) + connection('2.0', 'c', 'e', ['x', 'x']),
    ],
    ['a rate without an initial value', 'cellml-underdetermined', c({ t: 'second', x: d }, math(eq(diff('x'), cn(1))))],
    [
      'a variable without a value',
      'cellml-underdetermined',
      c({ x: d, y: d }, math(eq(ci('x'), op('plus', ci('y'), cn(1))))),
    ],
    [
      'more equations than unknowns',
      'cellml-underdetermined',
      c({ x: [d, '1'] }, math(eq(op('plus', ci('x'), cn(1)), cn(2)), eq(op('plus', ci('x'), cn(2)), cn(4)))),
    ],
    [
      'definitions in a circle',
      'cellml-cycle',
      c({ x: d, y: d }, math(eq(ci('x'), op('plus', ci('y'), cn(1))), eq(ci('y'), op('plus', ci('x'), cn(1))))),
    ],
    ['an initial value that is none', 'cellml-element', c({ x: [d, 'one'] })],
    [
      'two variables of one name',
      'cellml-element',
      `<component name="c"><variable name="x" units="${d}"/><variable name="x" units="${d}"/></component>`,
    ],
    ['a variable without units', 'cellml-element', '<component name="c"><variable name="x"/></component>'],
    ['an unknown prefix', 'cellml-element', units('u', 'units="metre" prefix="bit"')],
    [
      'an equation of three sides',
      'cellml-math',
      c({ x: d }, math(`<apply><eq/>${ci('x')}${ci('x')}${ci('x')}</apply>`)),
    ],
    ['an unknown function', 'cellml-math', c({ x: d }, math(eq(ci('x'), op('integral', cn(1)))))],
  ])('%s', (_what, code, content, version = '2.0') => {
    expect(() => readCellml(cellml(version, content), { file: 'm.cellml' })).toThrow(
      expect.objectContaining({ code, where: expect.objectContaining({ file: 'm.cellml' }) }),
    );
  });

  test('a document that is not CellML', () => {
    expect(() => readCellml('<model xmlns="http://www.cellml.org/cellml/3.0#"/>')).toThrow(
      refused('cellml-not-cellml'),
    );
    expect(() => readCellml('<sbml/>')).toThrow(refused('cellml-not-cellml'));
    expect(() => readCellml('<model')).toThrow(refused('xml-malformed'));
  });
});

test('whatever is done to a document, it is read or refused by code', () => {
  const text = hodgkinHuxley();
  const pieces = fc.constantFrom(
    '<',
    '>',
    '"',
    '/',
    '',
    '0',
    'x',
    '<ci>V</ci>',
    'units="volt"',
    '<apply>',
    '</apply>',
    'm_gate',
    '&b;',
  );
  fc.assert(
    fc.property(fc.nat(text.length), fc.nat(40), pieces, (at, cut, piece) => {
      try {
        readCellml(text.slice(0, at) + piece + text.slice(at + cut));
      } catch (error) {
        if (!(error instanceof CodedError)) throw error;
      }
    }),
    { numRuns: 150 },
  );
});
