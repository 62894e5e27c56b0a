import type { CallNode, Expression, NumberNode, Operator, SymbolNode } from './expression.ts';
import { TIME } from './expression.ts';
import { fold } from './fold.ts';
import { STRENGTH } from './notation.data.ts';

const GREEK: ReadonlySet<string> = new Set([
  ...'alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi rho sigma tau phi chi psi omega'.split(
    ' ',
  ),
  ...'Gamma Delta Theta Lambda Xi Sigma Phi Psi Omega'.split(' '),
]);

const SIGNS: Partial<Record<Operator, readonly [sign: string, strength: number]>> = {
  add: ['+', STRENGTH.sum],
  sub: ['-', STRENGTH.sum],
  lt: ['<', STRENGTH.comparison],
  le: ['\\le', STRENGTH.comparison],
  gt: ['>', STRENGTH.comparison],
  ge: ['\\ge', STRENGTH.comparison],
  eq: ['=', STRENGTH.comparison],
  ne: ['\\ne', STRENGTH.comparison],
  and: ['\\land', STRENGTH.and],
  or: ['\\lor', STRENGTH.or],
};

const ENCLOSED: Partial<Record<Operator, readonly [before: string, after: string]>> = {
  sqrt: ['\\sqrt{', '}'],
  abs: ['\\left|', '\\right|'],
  floor: ['\\left\\lfloor ', '\\right\\rfloor'],
  ceil: ['\\left\\lceil ', '\\right\\rceil'],
};

const NAMED: Partial<Record<Operator, string>> = {
  log10: '\\log_{10}',
  asin: '\\arcsin',
  acos: '\\arccos',
  atan: '\\arctan',
  asinh: '\\operatorname{arsinh}',
  acosh: '\\operatorname{arcosh}',
  atanh: '\\operatorname{artanh}',
  rem: '\\operatorname{rem}',
};

interface Written {
  readonly text: string;
  readonly strength: number;
}

/** The expression in LaTeX's math mode: fractions, roots, cases; what it is made of in the order in which it is written. */
export function latex(expression: Expression): string {
  return fold<Written>([expression], leaf, combine)[0].text;
}

/** A name: Greek letters by their words, digits and what follows an underscore below the line. */
export function latexName(name: string): string {
  if (name === TIME) return 't';
  const [, head, below] = /^([^_]+)_(.+)$/.exec(name) ?? /^(\p{L}+)(\d+)$/u.exec(name) ?? [name, name];
  const main = GREEK.has(head) ? `\\${head}` : [...head].length === 1 ? head : `\\mathit{${escaped(head)}}`;
  if (below === undefined) return main;
  return `${main}_{${/^\d+$/.test(below) ? below : `\\mathrm{${escaped(below)}}`}}`;
}

/** A number as written by hand: 6.02·10²³. */
export function latexNumber(value: number): string {
  if (Number.isNaN(value)) return '\\mathrm{NaN}';
  if (!Number.isFinite(value)) return value < 0 ? '-\\infty' : '\\infty';
  const [digits, power] = (Object.is(value, -0) ? '-0' : String(value)).split('e');
  if (power === undefined) return digits;
  const exponent = `10^{${Number(power)}}`;
  return digits === '1' ? exponent : digits === '-1' ? `-${exponent}` : `${digits} \\cdot ${exponent}`;
}

/** Text within \mathrm or outside math, with LaTeX's own signs escaped. */
export function escaped(text: string): string {
  const special: Record<string, string> = { '\\': '\\textbackslash{}', '^': '\\^{}', '~': '\\~{}' };
  return text.replace(/[\\^~]|[&%$#_{}]/g, (sign) => special[sign] ?? `\\${sign}`);
}

function leaf(node: NumberNode | SymbolNode): Written {
  if (node.kind === 'symbol') return { text: latexName(node.name), strength: STRENGTH.atom };
  const unit = node.unit === undefined || node.unit === '1' ? '' : `\\,\\mathrm{${escaped(node.unit)}}`;
  const text = latexNumber(node.value) + unit;
  const isSimple = !text.startsWith('-') && unit === '' && !text.includes('^');
  return { text, strength: text.startsWith('-') ? STRENGTH.sign : isSimple ? STRENGTH.atom : STRENGTH.product };
}

function combine({ operator, operands }: CallNode, written: readonly Written[]): Written {
  const [a, b, c] = written;
  const sign = SIGNS[operator];
  if (sign) {
    const [text, strength] = sign;
    const left = within(a, strength === STRENGTH.comparison ? strength + 1 : strength);
    return { text: `${left} ${text} ${within(b, strength + 1)}`, strength };
  }
  const enclosed = ENCLOSED[operator];
  if (enclosed) return { text: enclosed[0] + a.text + enclosed[1], strength: STRENGTH.atom };
  switch (operator) {
    case 'mul': {
      const isNegative = operands[0].kind === 'call' && operands[0].operator === 'neg';
      const left = isNegative ? a.text : within(a, STRENGTH.product);
      const space = /^-?[\d.]/.test(b.text) ? ' \\cdot ' : ' \\, ';
      const strength = isNegative ? STRENGTH.sum : STRENGTH.product;
      return { text: left + space + within(b, STRENGTH.product + 1), strength };
    }
    case 'div':
      return { text: `\\frac{${a.text}}{${b.text}}`, strength: STRENGTH.atom };
    case 'neg':
      return { text: `-${within(a, STRENGTH.product)}`, strength: STRENGTH.sum };
    case 'pow': {
      const isFraction = operands[0].kind === 'call' && operands[0].operator === 'div';
      const base = isFraction ? bracketed(a.text) : within(a, STRENGTH.atom);
      return { text: `${base}^{${b.text}}`, strength: STRENGTH.power };
    }
    case 'not':
      return { text: `\\lnot ${within(a, STRENGTH.atom)}`, strength: STRENGTH.not };
    case 'select':
      return {
        text: `\\begin{cases} ${b.text} & \\text{if } ${a.text} \\\\ ${c.text} & \\text{otherwise} \\end{cases}`,
        strength: STRENGTH.choice,
      };
    case 'factorial':
      return { text: `${within(a, STRENGTH.atom)}!`, strength: STRENGTH.atom };
    case 'delay':
      return {
        text: `${within(a, STRENGTH.atom)}\\left(t - ${within(b, STRENGTH.product)}\\right)`,
        strength: STRENGTH.atom,
      };
    case 'rateOf':
      return { text: `\\frac{\\mathrm{d}}{\\mathrm{d}t} ${within(a, STRENGTH.atom)}`, strength: STRENGTH.product };
    default:
      return {
        text: `${NAMED[operator] ?? `\\${operator}`}${bracketed(written.map(({ text }) => text).join(', '))}`,
        strength: STRENGTH.atom,
      };
  }
}

function within({ text, strength }: Written, least: number): string {
  return strength >= least ? text : bracketed(text);
}

function bracketed(text: string): string {
  return `\\left(${text}\\right)`;
}
