const MATH = 'http://www.w3.org/1998/Math/MathML';

/** Formulas of a component. */
export function math(...equations: string[]): string {
  return `<math xmlns="${MATH}">${equations.join('')}</math>`;
}
export const eq = (left: string, right: string) => `<apply><eq/>${left}${right}</apply>`;
export const ci = (name: string) => `<ci>${name}</ci>`;
export const cn = (value: number, units = 'dimensionless', type = '') =>
  `<cn cellml:units="${units}"${type}>${value}</cn>`;
export const op = (operator: string, ...operands: string[]) => `<apply><${operator}/>${operands.join('')}</apply>`;
export const diff = (of: string, by = 't') => `<apply><diff/><bvar><ci>${by}</ci></bvar><ci>${of}</ci></apply>`;

export type Version = '1.0' | '1.1' | '2.0';

/** A CellML document. */
export function cellml(version: Version, content: string): string {
  const namespace = `http://www.cellml.org/cellml/${version}#`;
  return `<?xml version="1.0"?>\n<model xmlns="${namespace}" xmlns:cellml="${namespace}" name="test">\n${content}\n</model>\n`;
}

/** Pairs of variables of two components that are one, in the words of the version. */
export function connection(version: Version, one: string, other: string, ...pairs: [string, string][]): string {
  const maps = pairs.map(([a, b]) => `<map_variables variable_1="${a}" variable_2="${b}"/>`).join('');
  return version === '2.0'
    ? `<connection component_1="${one}" component_2="${other}">${maps}</connection>`
    : `<connection><map_components component_1="${one}" component_2="${other}"/>${maps}</connection>`;
}

export function component(
  name: string,
  variables: Readonly<Record<string, string | [units: string, initial: string]>>,
  rest = '',
) {
  const list = Object.entries(variables).map(([variable, said]) => {
    const [units, initial] = typeof said === 'string' ? [said, null] : said;
    return `<variable name="${variable}" units="${units}"${initial === null ? '' : ` initial_value="${initial}"`}/>\n`;
  });
  return `<component name="${name}">\n${list.join('')}${rest}</component>\n`;
}

export function units(name: string, ...factors: string[]): string {
  return `<units name="${name}">${factors.map((factor) => `<unit ${factor}/>`).join('')}</units>\n`;
}

/** Decay by minutes, in a model whose time runs in seconds; reported in another unit. */
export function decay(version: Version): string {
  return cellml(
    version,
    units('minute', 'units="second" multiplier="60"') +
      units('per_minute', 'units="minute" exponent="-1"') +
      units('molar', 'units="mole"', 'units="litre" exponent="-1"') +
      units('millimolar', 'prefix="milli" units="molar"') +
      component('clock', { t: 'second' }, version === '2.0' ? '' : '<documentation xmlns="urn:other"/>') +
      component(
        'pool',
        { t: 'minute', x: ['molar', '2'], k: ['per_minute', '0.3'] },
        math(eq(diff('x'), op('minus', op('times', ci('k'), ci('x'))))),
      ) +
      component(
        'report',
        { t: 'second', x: 'millimolar', twice: 'millimolar' },
        math(eq(ci('twice'), op('times', cn(2), ci('x')))),
      ) +
      connection(version, 'clock', 'pool', ['t', 't']) +
      connection(version, 'pool', 'report', ['x', 'x']) +
      connection(version, 'clock', 'report', ['t', 't']),
  );
}

/**
 * The nerve membrane of A. L. Hodgkin, A. F. Huxley, J. Physiol. 117 (1952) 500, equations 26 and 7–20, with V as the
 * displacement from rest in mV, depolarisation positive; a current of 20 µA/cm² from 10 ms on for 0.5 ms.
 */
export function hodgkinHuxley(): string {
  const v = (name: string) => ci(name);
  const rate = (a: string, b: string, x: string) =>
    eq(diff(x), op('minus', op('times', ci(a), op('minus', cn(1), ci(x))), op('times', ci(b), ci(x))));
  const perMs = (value: number) => cn(value, 'per_ms');
  const mV = (value: number) => cn(value, 'mV');
  const over = (shift: number, by: number) => op('divide', op('minus', mV(shift), v('V')), mV(by));
  const linear = (factor: number, shift: number) =>
    op(
      'divide',
      op('times', cn(factor, 'per_mV_ms'), op('minus', mV(shift), v('V'))),
      op('minus', op('exp', over(shift, 10)), cn(1)),
    );
  const gate = (name: string, a: string, b: string, initial: string) =>
    component(
      `${name}_gate`,
      { t: 'ms', V: 'mV', [name]: ['dimensionless', initial], alpha: 'per_ms', beta: 'per_ms' },
      math(eq(ci('alpha'), a), eq(ci('beta'), b), rate('alpha', 'beta', name)),
    );
  const currents = {
    Na: op('times', ci('g_Na'), op('power', ci('m'), cn(3)), ci('h'), op('minus', v('V'), ci('E_Na'))),
    K: op('times', ci('g_K'), op('power', ci('n'), cn(4)), op('minus', v('V'), ci('E_K'))),
    L: op('times', ci('g_L'), op('minus', v('V'), ci('E_L'))),
  };
  return cellml(
    '1.0',
    units('ms', 'prefix="milli" units="second"') +
      units('per_ms', 'units="ms" exponent="-1"') +
      units('mV', 'prefix="milli" units="volt"') +
      units('per_mV_ms', 'units="mV" exponent="-1"', 'units="ms" exponent="-1"') +
      units('uA_per_cm2', 'prefix="micro" units="ampere"', 'prefix="centi" units="metre" exponent="-2"') +
      units('mS_per_cm2', 'prefix="milli" units="siemens"', 'prefix="centi" units="metre" exponent="-2"') +
      units('uF_per_cm2', 'prefix="micro" units="farad"', 'prefix="centi" units="metre" exponent="-2"') +
      component('environment', { t: 'ms' }) +
      component(
        'membrane',
        {
          t: 'ms',
          V: ['mV', '0'],
          Cm: ['uF_per_cm2', '1'],
          g_Na: ['mS_per_cm2', '120'],
          g_K: ['mS_per_cm2', '36'],
          g_L: ['mS_per_cm2', '0.3'],
          E_Na: ['mV', '115'],
          E_K: ['mV', '-12'],
          E_L: ['mV', '10.613'],
          m: 'dimensionless',
          h: 'dimensionless',
          n: 'dimensionless',
          I_stim: 'uA_per_cm2',
        },
        math(
          eq(
            ci('I_stim'),
            `<piecewise><piece>${cn(20, 'uA_per_cm2')}${op('and', op('geq', ci('t'), cn(10, 'ms')), op('leq', ci('t'), cn(10.5, 'ms')))}</piece><otherwise>${cn(0, 'uA_per_cm2')}</otherwise></piecewise>`,
          ),
          eq(diff('V'), op('divide', op('minus', ci('I_stim'), op('plus', ...Object.values(currents))), ci('Cm'))),
        ),
      ) +
      gate('m', linear(0.1, 25), op('times', perMs(4), op('exp', op('divide', op('minus', v('V')), mV(18)))), '0.05') +
      gate(
        'h',
        op('times', perMs(0.07), op('exp', op('divide', op('minus', v('V')), mV(20)))),
        op('divide', perMs(1), op('plus', op('exp', over(30, 10)), cn(1))),
        '0.6',
      ) +
      gate(
        'n',
        linear(0.01, 10),
        op('times', perMs(0.125), op('exp', op('divide', op('minus', v('V')), mV(80)))),
        '0.325',
      ) +
      '<group><relationship_ref relationship="encapsulation"/><component_ref component="membrane"/></group>' +
      ['m', 'h', 'n'].map((x) => connection('1.0', 'membrane', `${x}_gate`, [x, x], ['V', 'V'], ['t', 't'])).join('') +
      connection('1.0', 'environment', 'membrane', ['t', 't']),
  );
}
