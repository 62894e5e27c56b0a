import type { Span } from './source-text.ts';

export interface Token extends Span {
  readonly kind: 'number' | 'name' | 'unit' | 'text' | 'sign' | 'end';
  /** As written; of a unit or quoted text, what stands inside. */
  readonly text: string;
}

const SPACE = /\s*/y;
const NUMBER = /(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/y;
const NAME = /[\p{L}_][\p{L}\p{N}_]*/uy;
const TEXT = /'([^']*)'|"([^"]*)"/y;
const SIGN = /<=|>=|==|!=|[-+*/^()<>,?:]/y;

/** The name by itself, whole: a letter or underscore, then letters, digits and underscores. */
export const IDENTIFIER = /^[\p{L}_][\p{L}\p{N}_]*$/u;

/** The token that begins at or after `at`; undefined where none can. */
export function tokenAt(source: string, at: number): Token | undefined {
  SPACE.lastIndex = at;
  SPACE.test(source);
  const start = SPACE.lastIndex;
  if (start >= source.length) return { kind: 'end', text: '', start: source.length, end: source.length };
  if (source[start] === '[') return unitAt(source, start);
  const [kind, pattern] = beginning(source[start]);
  pattern.lastIndex = start;
  const found = pattern.exec(source);
  return found ? { kind, text: found[1] ?? found[2] ?? found[0], start, end: pattern.lastIndex } : undefined;
}

function beginning(character: string): readonly [Token['kind'], RegExp] {
  if (/[\d.]/.test(character)) return ['number', NUMBER];
  if (character === "'" || character === '"') return ['text', TEXT];
  return /[-+*/^()<>,?:=!]/.test(character) ? ['sign', SIGN] : ['name', NAME];
}

/** A unit in square brackets, which may hold further ones: [m[iU]/L]. */
function unitAt(source: string, start: number): Token | undefined {
  let depth = 0;
  for (let i = start; i < source.length; i++) {
    if (source[i] === '[') depth++;
    else if (source[i] === ']' && --depth === 0) {
      return { kind: 'unit', text: source.slice(start + 1, i).trim(), start, end: i + 1 };
    }
  }
  return undefined;
}
