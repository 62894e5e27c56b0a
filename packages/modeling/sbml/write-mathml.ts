import { type CallNode, type Expression, type Operator, TIME } from '../expression/expression.ts';
import { fold } from '../expression/fold.ts';
import { extent } from './arithmetic.ts';
import { sbmlErrors } from './errors.data.ts';
import { MATHML, MOST_NODES } from './mathml.ts';
import { CHAINED, DIRECT, SYMBOLS } from './mathml-operators.data.ts';
import { escapeXml } from './xml.ts';

/** What names are called in the document, and its unit names by UCUM code. */
export interface MathNames {
  name(name: string): string;
  unit(code: string): string | null;
}

/** The `math` element of an expression. @throws sbml-math-too-large */
export function writeMath(expression: Expression, names: MathNames): string {
  if (extent(expression).size > MOST_NODES) {
    throw sbmlErrors.error('sbml-math-too-large', `A formula has more than ${MOST_NODES} terms when written out.`);
  }
  const [written] = fold<Written>(
    [expression],
    (node) => ({
      text: node.kind === 'number' ? writeNumber(node.value, node.unit ?? null, names) : writeSymbol(node.name, names),
      head: null,
      parts: [],
    }),
    (node, operands) => writeCall(node, operands),
  );
  return `<math xmlns="${MATHML}">${written!.text}</math>`;
}

/** A term and, of a call, what it is made of: the same operator around it takes its parts in. */
interface Written {
  readonly text: string;
  readonly head: string | null;
  readonly parts: readonly string[];
}

const ELEMENTS = new Map<Operator, string>([
  ...Object.entries({ ...DIRECT, ...CHAINED }).map(([element, operator]) => [operator, element] as const),
  ['add', 'plus'],
  ['sub', 'minus'],
  ['neg', 'minus'],
  ['mul', 'times'],
  ['and', 'and'],
  ['or', 'or'],
  ['min', 'min'],
  ['max', 'max'],
]);
/** Taken together from the left, as they are read. */
const JOINED: ReadonlySet<string> = new Set(['plus', 'times', 'and', 'or', 'min', 'max']);
/** As many as are read without being paired otherwise. */
const MOST_JOINED = 32;

function writeCall(node: CallNode, operands: readonly Written[]): Written {
  const texts = operands.map(({ text }) => text);
  const [first] = operands;
  switch (node.operator) {
    case 'select':
      return writeSelect(node, operands);
    case 'sqrt':
      return apply('root', '<root/>', texts);
    case 'log10':
      return apply('log', '<log/><logbase><cn type="integer">10</cn></logbase>', texts);
    case 'delay':
      return apply('delay', `<csymbol encoding="text" definitionURL="${SYMBOLS}delay">delay</csymbol>`, texts);
    case 'rateOf':
      return apply('rateOf', `<csymbol encoding="text" definitionURL="${SYMBOLS}rateOf">rateOf</csymbol>`, texts);
  }
  const element = ELEMENTS.get(node.operator)!;
  const joins = JOINED.has(element) && first!.head === element && first!.parts.length < MOST_JOINED;
  return apply(element, `<${element}/>`, joins ? [...first!.parts, ...texts.slice(1)] : texts);
}

function apply(head: string, opening: string, parts: readonly string[]): Written {
  return { text: `<apply>${opening}${parts.join('')}</apply>`, head, parts };
}

/** A choice whose last alternative is a choice is one of several pieces. */
function writeSelect(node: CallNode, [condition, value, rest]: readonly Written[]): Written {
  const last = node.operands[2]!;
  const none = last.kind === 'number' && Number.isNaN(last.value);
  const others = rest!.head === 'piecewise' ? rest!.parts : none ? [] : [`<otherwise>${rest!.text}</otherwise>`];
  const parts = [`<piece>${value!.text}${condition!.text}</piece>`, ...others];
  return { text: `<piecewise>${parts.join('')}</piecewise>`, head: 'piecewise', parts };
}

function writeSymbol(name: string, names: MathNames): string {
  if (name === TIME) return `<csymbol encoding="text" definitionURL="${SYMBOLS}time">time</csymbol>`;
  return `<ci>${escapeXml(names.name(name))}</ci>`;
}

function writeNumber(value: number, code: string | null, names: MathNames): string {
  if (Number.isNaN(value)) return '<notanumber/>';
  if (!Number.isFinite(value)) return value > 0 ? '<infinity/>' : '<apply><minus/><infinity/></apply>';
  const id = code === null ? null : names.unit(code);
  const unit = id === null ? '' : ` sbml:units="${id}"`;
  if (Number.isSafeInteger(value) && !Object.is(value, -0)) return `<cn${unit} type="integer">${value}</cn>`;
  const [mantissa, exponent] = String(value).split('e');
  if (exponent === undefined) return `<cn${unit}>${Object.is(value, -0) ? '-0' : mantissa}</cn>`;
  return `<cn${unit} type="e-notation">${mantissa}<sep/>${Number(exponent)}</cn>`;
}
