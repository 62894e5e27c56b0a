import { validUnit } from '@gemel/core/units';
import { describe, expect, test } from 'vitest';
import { unitReport } from '../model/unit-report.ts';
import { readSbml } from './read.ts';
import { assignment, caught, codeOf, math, parameters, rate, rules, sbml, values } from './sbml.fixture.ts';

const COMP = 'http://www.sbml.org/sbml/level3/version1/comp/version1';
const apply = (name: string, ...operands: readonly string[]) => `<apply><${name}/>${operands.join('')}</apply>`;
const ci = (id: string) => `<ci>${id}</ci>`;
const cn = (value: number) => `<cn>${value}</cn>`;
const modelOf = (lists: string) => readSbml(sbml(lists)).model;
const refusal = (lists: string, more = '') => caught(() => readSbml(sbml(lists, more), { file: 'm.xml' }))!;
const CELL =
  '<listOfCompartments><compartment id="C" spatialDimensions="3" size="2" constant="false"/></listOfCompartments>';
const species = (more = '', asAmount = false) =>
  `<listOfSpecies><species id="S" compartment="C" initialConcentration="3" hasOnlySubstanceUnits="${asAmount}" boundaryCondition="false" constant="false"${more}/></listOfSpecies>`;
const event = (trigger: string, assigned: string, more = '', delay = '') =>
  `<listOfEvents><event id="E" useValuesFromTriggerTime="true"><trigger initialValue="true" persistent="true">${math(trigger)}</trigger>${delay}<listOfEventAssignments>${assigned}</listOfEventAssignments>${more}</event></listOfEvents>`;
const assign = (variable: string, content: string) =>
  `<eventAssignment variable="${variable}">${math(content)}</eventAssignment>`;
const TIME = '<csymbol encoding="text" definitionURL="http://www.sbml.org/sbml/symbols/time">t</csymbol>';

describe('meaning', () => {
  test('a species in a compartment that swells keeps its amount', () => {
    const { model, species: names } = readSbml(sbml(CELL + species() + rules(rate('C', cn(1)))));
    expect(names.get('S')).toMatchObject({ symbol: 'concentration', amount: 'S_amount', concentration: 'S' });
    expect(values(model, [0, 1, 2], 'S', 'S_amount', 'C')).toEqual([
      [3, expect.closeTo(2, 8), expect.closeTo(1.5, 8)],
      [6, 6, 6],
      [2, expect.closeTo(3, 8), expect.closeTo(4, 8)],
    ]);
  });

  test('an event that halves a compartment doubles its concentrations', () => {
    const model = modelOf(CELL + species() + event(apply('geq', TIME, cn(1)), assign('C', cn(1))));
    expect(values(model, [0, 0.5, 1.5], 'S', 'S_amount')).toEqual([
      [3, 3, 6],
      [6, 6, 6],
    ]);
  });

  test('a species given as amount reports both', () => {
    const { species: names, model } = readSbml(sbml(CELL + species('', true)));
    expect(names.get('S')).toMatchObject({ symbol: 'amount', amount: 'S', concentration: 'S_concentration' });
    expect(values(model, [0], 'S', 'S_concentration')).toEqual([[6], [3]]);
  });

  test('local parameters hide others of their name', () => {
    const law = `<kineticLaw>${math(ci('k'))}<listOfLocalParameters><localParameter id="k" value="5"/></listOfLocalParameters></kineticLaw>`;
    const reaction = `<listOfReactions><reaction id="J" reversible="false"><listOfProducts><speciesReference species="S" stoichiometry="2" constant="true"/></listOfProducts>${law}</reaction></listOfReactions>`;
    const model = modelOf(CELL + species() + parameters(['k', 1]) + reaction);
    expect(model.parameters.map(({ name }) => name)).toEqual(['C', 'k', 'J_k']);
    expect(values(model, [0, 1], 'J', 'S_amount')).toEqual([
      [5, 5],
      [6, expect.closeTo(16, 8)],
    ]);
    expect([...model.reactions[0]!.change]).toEqual([['S_amount', 2]]);
  });

  test('fast reactions are at equilibrium at all times, also after an event has moved an amount', () => {
    const one = (id: string, amount: number) =>
      `<species id="${id}" compartment="C" initialAmount="${amount}" hasOnlySubstanceUnits="true" boundaryCondition="false" constant="false"/>`;
    const side = (list: string, id: string) =>
      `<${list}><speciesReference species="${id}" stoichiometry="1" constant="true"/></${list}>`;
    const reaction = (id: string, fast: boolean, sides: string, law: string) =>
      `<reaction id="${id}" reversible="true" fast="${fast}">${sides}<kineticLaw>${math(law)}</kineticLaw></reaction>`;
    const exchange = apply('minus', apply('times', cn(2), ci('A')), ci('B'));
    const model = modelOf(
      `${CELL}<listOfSpecies>${one('A', 9)}${one('B', 0)}</listOfSpecies><listOfReactions>${reaction('F', true, side('listOfReactants', 'A') + side('listOfProducts', 'B'), exchange)}${reaction('J', false, side('listOfReactants', 'A'), ci('A'))}</listOfReactions>${event(apply('geq', TIME, cn(1)), assign('A', apply('plus', ci('A'), cn(3))))}`,
    );
    const total = (t: number) => 9 * Math.exp(-t / 3);
    const after = (total(1) + 3) * Math.exp(-1 / 3);
    expect(values(model, [0, 0.5, 2], 'A', 'B')).toEqual([
      [3, total(0.5) / 3, after / 3].map((x) => expect.closeTo(x, 7)),
      [6, (2 * total(0.5)) / 3, (2 * after) / 3].map((x) => expect.closeTo(x, 7)),
    ]);
    expect(model.reactions).toEqual([]);
  });

  test('an algebraic rule is solved where it is a straight line, and searched where not', () => {
    const line = modelOf(
      parameters(['a', 4], ['x', null, false]) +
        rules(`<algebraicRule>${math(apply('minus', apply('times', cn(2), ci('x')), ci('a')))}</algebraicRule>`),
    );
    expect([line.unknowns.length, line.definitions.map(({ name }) => name)]).toEqual([0, ['x']]);
    const curve = modelOf(
      parameters(['a', 4], ['x', 1, false]) +
        rules(`<algebraicRule>${math(apply('minus', apply('times', ci('x'), ci('x')), ci('a')))}</algebraicRule>`),
    );
    expect(curve.unknowns.map(({ name }) => name)).toEqual(['x']);
    for (const model of [line, curve])
      expect(values(model, [0, 1], 'x')).toEqual([[expect.closeTo(2, 10), expect.closeTo(2, 10)]]);
  });

  test('algebraic rules that need one another are matched to different quantities', () => {
    const model = modelOf(
      parameters(['x', null, false], ['y', null, false]) +
        rules(
          `<algebraicRule>${math(apply('minus', apply('plus', ci('x'), ci('y')), cn(5)))}</algebraicRule>`,
          `<algebraicRule>${math(apply('minus', ci('x'), ci('y'), ...[]))}</algebraicRule>`,
        ),
    );
    expect(values(model, [0], 'x', 'y')).toEqual([[expect.closeTo(2.5, 10)], [expect.closeTo(2.5, 10)]]);
  });

  test('an identifier that means something in expressions goes by another name', () => {
    const { names, model, identifiers } = readSbml(
      sbml(parameters(['time', 3, false], ['true', 2]) + rules(assignment('time', ci('true')))),
    );
    expect([names.get('time'), names.get('true')]).toEqual(['time_', 'true_']);
    expect(identifiers).toEqual(['time', 'true']);
    expect(values(model, [0, 1], 'time_')).toEqual([[2, 2]]);
  });

  test('units become UCUM codes, and what does not fit together is reported', () => {
    const unit = (id: string, ...parts: readonly string[]) =>
      `<unitDefinition id="${id}"><listOfUnits>${parts.map((part) => `<unit ${part}/>`).join('')}</listOfUnits></unitDefinition>`;
    const plain = (kind: string, exponent = 1, scale = 0, multiplier = 1) =>
      `kind="${kind}" exponent="${exponent}" scale="${scale}" multiplier="${multiplier}"`;
    const units = [
      unit('conc', plain('mole', 1, -3), plain('litre', -1)),
      unit('perMinute', plain('second', -1, 0, 60)),
      unit('odd', plain('metre', 1, 0, 0.3048)),
      unit('area', plain('metre', 2, -6)),
      unit('kg', plain('kilogram', 1, -3)),
      unit('half', plain('metre', 0.5)),
      unit('many', plain('item', 1, 3), plain('second', -2)),
    ];
    const parameter = (id: string, unitId: string) =>
      `<parameter id="${id}" value="1" units="${unitId}" constant="true"/>`;
    const ids = ['conc', 'perMinute', 'odd', 'area', 'kg', 'half', 'many'];
    const { model, problems } = readSbml(
      sbml(
        `<listOfUnitDefinitions>${units.join('')}</listOfUnitDefinitions><listOfParameters>${ids.map((id) => parameter(`p_${id}`, id)).join('')}<parameter id="sum" constant="false" units="conc"/></listOfParameters>${rules(assignment('sum', apply('plus', ci('p_conc'), ci('p_area'))))}`,
      ),
    );
    const codes = model.parameters.map(({ unit: code }) => code);
    expect(codes).toEqual(['mmol/L', '/min', null, 'um2', 'g', null, '10*3/s2']);
    for (const code of codes) expect(code === null || validUnit(code)).toBe(true);
    expect(problems.map(({ code }) => code)).toEqual(['sbml-unit', 'sbml-unit']);
    expect(unitReport(model, 'any').problems.map(({ code, where }) => [code, where.element])).toEqual([
      ['model-unit-dimension', 'definition of sum'],
    ]);
  });
});

describe('submodels', () => {
  const inner = `<listOfParameters><parameter id="p" value="1" constant="false"/><parameter id="k" value="2" constant="true"/></listOfParameters>${rules(rate('p', ci('k')))}`;
  const whole = (model: string, definitions: string) =>
    `<sbml xmlns="http://www.sbml.org/sbml/level3/version2/core" xmlns:comp="${COMP}" comp:required="true" level="3" version="2"><model id="m">${model}</model>${definitions}</sbml>`;
  const submodels = (...items: readonly string[]) => `<comp:listOfSubmodels>${items.join('')}</comp:listOfSubmodels>`;
  const definition = (id: string, content: string) =>
    `<comp:listOfModelDefinitions><comp:modelDefinition id="${id}">${content}</comp:modelDefinition></comp:listOfModelDefinitions>`;
  const use = '<comp:submodel comp:id="A" comp:modelRef="D"/>';

  test('are used more than once, and replaced in part', () => {
    const replaced = `<listOfParameters><parameter id="K" value="5" constant="true"><comp:listOfReplacedElements><comp:replacedElement comp:idRef="k" comp:submodelRef="A"/></comp:listOfReplacedElements></parameter></listOfParameters>`;
    const twice = submodels(use, '<comp:submodel comp:id="B" comp:modelRef="D"/>');
    const { model } = readSbml(whole(replaced + twice, definition('D', inner)));
    expect(values(model, [0, 1], 'A__p', 'B__p')).toEqual([
      [1, expect.closeTo(6, 8)],
      [1, expect.closeTo(3, 8)],
    ]);
  });

  test('are read from another document that is given', () => {
    const external = `<comp:listOfExternalModelDefinitions><comp:externalModelDefinition comp:id="D" comp:source="other.xml"/></comp:listOfExternalModelDefinitions>`;
    const text = whole(submodels(use), external);
    expect(codeOf(() => readSbml(text))).toBe('sbml-external');
    const { model } = readSbml(text, { open: (source) => (source === 'other.xml' ? sbml(inner) : null) });
    expect(values(model, [0, 1], 'A__p')).toEqual([[1, expect.closeTo(3, 8)]]);
  });

  test('within themselves are refused, here or by way of another document', () => {
    const itself = definition('D', submodels('<comp:submodel comp:id="A" comp:modelRef="D"/>'));
    expect(codeOf(() => readSbml(whole(submodels(use), itself)))).toBe('sbml-cycle');
    const external = `<comp:listOfExternalModelDefinitions><comp:externalModelDefinition comp:id="D" comp:source="self.xml"/></comp:listOfExternalModelDefinitions>`;
    const text = whole(submodels(use), external);
    expect(['sbml-cycle', 'xml-too-large']).toContain(codeOf(() => readSbml(text, { open: () => text })));
  });

  test('that double thirty times are refused', () => {
    const levels = Array.from(
      { length: 30 },
      (_, i) =>
        `<comp:modelDefinition id="D${i}">${i === 29 ? '' : submodels(`<comp:submodel comp:id="A" comp:modelRef="D${i + 1}"/>`, `<comp:submodel comp:id="B" comp:modelRef="D${i + 1}"/>`)}</comp:modelDefinition>`,
    ).join('');
    const text = whole(
      submodels('<comp:submodel comp:id="A" comp:modelRef="D0"/>'),
      `<comp:listOfModelDefinitions>${levels}</comp:listOfModelDefinitions>`,
    );
    expect(codeOf(() => readSbml(text))).toBe('xml-too-large');
  });
});

describe('refusals name element and line', () => {
  const p = parameters(['a', 1, false], ['b', 1, false], ['c', 1]);
  test.each([
    ['rules in a circle', p + rules(assignment('a', ci('b')), assignment('b', ci('a'))), 'sbml-cycle'],
    [
      'initial assignments in a circle',
      `${parameters(['a', 1], ['b', 1])}<listOfInitialAssignments><initialAssignment symbol="a">${math(ci('b'))}</initialAssignment><initialAssignment symbol="b">${math(ci('a'))}</initialAssignment></listOfInitialAssignments>`,
      'sbml-cycle',
    ],
    [
      'functions in a circle',
      `<listOfFunctionDefinitions><functionDefinition id="f">${math(`<lambda><bvar><ci>x</ci></bvar><apply><ci>f</ci>${ci('x')}</apply></lambda>`)}</functionDefinition></listOfFunctionDefinitions>${p}${rules(assignment('a', `<apply><ci>f</ci>${ci('b')}</apply>`))}`,
      'sbml-cycle',
    ],
    ['two rules for one quantity', p + rules(assignment('a', cn(1)), rate('a', cn(1))), 'sbml-overdetermined'],
    ['a rule for a constant', p + rules(assignment('c', cn(1))), 'sbml-overdetermined'],
    [
      'an algebraic rule with nothing to determine',
      p +
        rules(
          assignment('a', cn(1)),
          assignment('b', cn(1)),
          `<algebraicRule>${math(apply('minus', ci('a'), ci('b')))}</algebraicRule>`,
        ),
      'sbml-overdetermined',
    ],
    [
      'two algebraic rules for one quantity',
      parameters(['a', 1, false]) +
        rules(...Array(2).fill(`<algebraicRule>${math(apply('minus', ci('a'), cn(1)))}</algebraicRule>`)),
      'sbml-overdetermined',
    ],
    ['an unknown symbol in a rule', p + rules(assignment('a', ci('nobody'))), 'sbml-reference'],
    ['a rule for an unknown quantity', p + rules(assignment('nobody', cn(1))), 'sbml-reference'],
    ['a species in no compartment', species(), 'sbml-reference'],
    ['a negative size', CELL.replace('size="2"', 'size="-2"'), 'sbml-value'],
    ['a size that is no number', CELL.replace('size="2"', 'size="two"'), 'sbml-attribute'],
    ['an attribute that Level 3 requires', CELL.replace(' constant="false"', ''), 'sbml-attribute'],
    ['a truth value that is none', CELL.replace('constant="false"', 'constant="no"'), 'sbml-attribute'],
    ['amount and concentration together', CELL + species(' initialAmount="1"'), 'sbml-attribute'],
    ['an identifier that is none', parameters(['a b', 1]), 'sbml-attribute'],
    ['one identifier for two', parameters(['a', 1], ['a', 2]), 'sbml-duplicate'],
    [
      'a fast reaction whose stoichiometry varies',
      `${CELL}${species()}<listOfReactions><reaction id="J" reversible="true" fast="true"><listOfProducts><speciesReference id="n" species="S" stoichiometry="1" constant="false"/></listOfProducts><kineticLaw>${math(ci('S'))}</kineticLaw></reaction></listOfReactions>${rules(rate('n', cn(1)))}`,
      'sbml-unsupported',
    ],
    [
      'a concentration assigned after a delay where sizes vary',
      `${CELL}${species()}${rules(rate('C', cn(1)))}${event(apply('geq', TIME, cn(1)), assign('S', cn(1)), '', `<delay>${math(cn(1))}</delay>`)}`,
      'sbml-unsupported',
    ],
    [
      'the rate of a searched quantity',
      parameters(['x', 1, false], ['r', null, false]) +
        rules(
          `<algebraicRule>${math(apply('minus', apply('times', ci('x'), ci('x')), TIME))}</algebraicRule>`,
          assignment(
            'r',
            `<apply><csymbol encoding="text" definitionURL="http://www.sbml.org/sbml/symbols/rateOf">r</csymbol>${ci('x')}</apply>`,
          ),
        ),
      'sbml-unsupported',
    ],
  ])('%s', (_, lists, code) => {
    const error = refusal(lists);
    expect(error?.code).toBe(code);
    if (code !== 'sbml-unsupported') expect(error.where.line ?? 0).toBeGreaterThan(2);
  });

  test.each([
    ['not SBML', '<html/>', 'sbml-not-sbml'],
    ['Level 1', '<sbml xmlns="http://www.sbml.org/sbml/level1" level="1" version="2"><model/></sbml>', 'sbml-level'],
    [
      'Level 4',
      '<sbml xmlns="http://www.sbml.org/sbml/level4/version1/core" level="4" version="1"><model/></sbml>',
      'sbml-level',
    ],
    ['two levels', sbml('').replace('level="3"', 'level="2"'), 'sbml-level'],
    ['no model', '<sbml xmlns="http://www.sbml.org/sbml/level3/version2/core" level="3" version="2"/>', 'sbml-element'],
    [
      'a required package',
      sbml('', ' xmlns:q="http://www.sbml.org/sbml/level3/version1/qual/version1" q:required="true"'),
      'sbml-package',
    ],
  ])('%s', (_, text, code) => {
    expect(codeOf(() => readSbml(text))).toBe(code);
  });

  test('what does not change the run is a warning', () => {
    const layout = ' xmlns:l="http://www.sbml.org/sbml/level3/version1/layout/version1" l:required="false"';
    const { problems } = readSbml(sbml(parameters(['a', null], ['b', 1]) + rules('<algebraicRule/>'), layout));
    expect(problems.map(({ code }) => code)).toEqual(['sbml-ignored', 'sbml-math-missing', 'sbml-value-missing']);
  });

  test('a chain of two thousand initial assignments is read', () => {
    const all = Array.from({ length: 2000 }, (_, i) => [`p${i}`, 1] as const);
    const initials = all
      .slice(1)
      .map(([id], i) => `<initialAssignment symbol="p${i}">${math(ci(id))}</initialAssignment>`);
    const { parameters: read } = modelOf(
      `${parameters(...all)}<listOfInitialAssignments>${initials.join('')}</listOfInitialAssignments>`,
    );
    expect(read.length).toBe(2000);
  });
});
