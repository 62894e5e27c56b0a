import type { Arithmetic, Kernel } from './arithmetic.ts';

/** A value or condition: its text in terms of others, by their index. */
interface Made {
  readonly parts: readonly (string | number)[];
  uses: number;
}

const LONGEST_EXPRESSION = 400;

/** Source of a TypeScript function that does what a kernel does. It uses the names of bits.ts. */
export function functionText(name: string, kernel: Kernel, parameters: readonly string[]): string {
  const made: Made[] = [];
  const known = new Map<string, number>();
  const tables: string[] = [];
  const value = (...parts: readonly (string | number)[]): number => {
    const key = parts.join(' ');
    const same = known.get(key);
    if (same !== undefined) return same;
    for (const part of parts) if (typeof part === 'number') made[part].uses++;
    known.set(key, made.length);
    return made.push({ parts, uses: 0 }) - 1;
  };
  const m: Arithmetic<number, number> = {
    precision: 'double',
    constant: (x) => value(literal(x)),
    add: (a, b) => value('(', a, ' + ', b, ')'),
    sub: (a, b) => value('(', a, ' - ', b, ')'),
    mul: (a, b) => value('(', a, ' * ', b, ')'),
    div: (a, b) => value('(', a, ' / ', b, ')'),
    neg: (a) => value('(-', a, ')'),
    abs: (a) => value('Math.abs(', a, ')'),
    sqrt: (a) => value('Math.sqrt(', a, ')'),
    floor: (a) => value('Math.floor(', a, ')'),
    lt: (a, b) => value('(', a, ' < ', b, ')'),
    le: (a, b) => value('(', a, ' <= ', b, ')'),
    eq: (a, b) => value('(', a, ' === ', b, ')'),
    and: (a, b) => value('(', a, ' && ', b, ')'),
    or: (a, b) => value('(', a, ' || ', b, ')'),
    not: (a) => value('!', a),
    select: (condition, a, b) => value('(', condition, ' ? ', a, ' : ', b, ')'),
    powerOfTwo: (k) => value('powerOfTwo(', k, ')'),
    exponent: (x) => value('exponent(', x, ')'),
    significand: (x) => value('significand(', x, ')'),
    lookup: (table, i) => {
      tables.push(`const table${tables.length} = [${table.map((x) => literal(x)).join(', ')}];`);
      return value(`table${tables.length - 1}[`, i, ']');
    },
  };
  const result = kernel(m, ...parameters.map((parameter) => value(parameter)));
  made[result].uses++;
  const lines: string[] = [];
  const texts: string[] = [];
  for (const [i, { parts, uses }] of made.entries()) {
    const text = parts.map((part) => (typeof part === 'number' ? texts[part] : part)).join('');
    const atom = parts.length === 1;
    const named = uses > 1 && !atom;
    if (named || text.length > LONGEST_EXPRESSION) lines.push(`const v${i} = ${text};`);
    texts.push(named || text.length > LONGEST_EXPRESSION ? `v${i}` : text);
  }
  const given = parameters.map((parameter) => `${parameter}: number`).join(', ');
  return `${[...tables, `function ${name}(${given}): number {`].join('\n')}\n${lines.join('\n')}\nreturn ${texts[result]};\n}`;
}

function literal(value: number): string {
  if (Number.isNaN(value)) return 'Number.NaN';
  if (value === Number.POSITIVE_INFINITY) return 'Number.POSITIVE_INFINITY';
  if (value === Number.NEGATIVE_INFINITY) return 'Number.NEGATIVE_INFINITY';
  if (Object.is(value, -0)) return '(-0)';
  return value < 0 ? `(${value})` : String(value);
}
