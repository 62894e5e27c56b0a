import { capital, joined, MARK, NUMBER, type Tokens, WORD } from './tokens.ts';

/** A sentence, a list item or a cell: tokens from `from` up to, not with, `to`. What a rule says holds within it. */
export interface Sentence {
  readonly from: number;
  readonly to: number;
}

/** Words after which a point ends nothing. */
const ABBREVIATIONS = new Set(
  'dr mr mrs ms prof st vs approx no pt pts dept est wt ht temp resp neg pos inc hosp dx tx hx rx fx sx sig tab tabs cap caps mg ml kg lb lbs oz min hr hrs wk wks mo mos yr yrs jan feb mar apr jun jul aug sep sept oct nov dec fig ca dob ext lab labs med meds int pls'.split(
    ' ',
  ),
);
/** Words that a line does not end with unless the sentence goes on. */
const OPEN_ENDS = new Set(
  'a an and at by for from has have her his in is no nor not of on or the to was with without that which any'.split(
    ' ',
  ),
);
/** A line this long was probably broken to fit. */
const FULL_LINE = 50;
/** Tokens after which a sentence ends whatever follows, so that reading takes time in proportion to the length of any text. */
const MOST = 250;

/** Splits at full stops, blank lines, list items, headers and cells; lines broken to fit are joined. */
export function splitSentences(tokens: Tokens): readonly Sentence[] {
  const sentences: Sentence[] = [];
  let from = 0;
  for (let i = 1; i <= tokens.count; i++) {
    if (i < tokens.count && i - from < MOST && !endsBefore(tokens, from, i)) continue;
    if (i > from) sentences.push({ from, to: i });
    from = i;
  }
  return sentences;
}

function endsBefore(tokens: Tokens, from: number, i: number): boolean {
  const { word, line, kind } = tokens;
  const before = word[i - 1]!;
  if (line[i] !== line[i - 1]) return !continues(tokens, from, i);
  if (kind[i - 1] !== MARK) return word[i] === '|' || wide(tokens, i);
  if (before === ';') return !/^reactions?$/.test(word[i]!);
  if (before === '|') return true;
  if (before === '!' || before === '?') return i - 1 > from && !joined(tokens, i);
  if (before !== '.' || joined(tokens, i)) return false;
  const last = word[i - 2];
  if (i - 2 < from || last === undefined) return false;
  // `1.` at the beginning of a line numbers an item; a single capital is an initial.
  if (kind[i - 2] === NUMBER && i - 2 === from) return false;
  if (kind[i - 2] === WORD && ABBREVIATIONS.has(last))
    return capital(tokens, i) && !TITLES.has(last) && last.length > 2;
  return true;
}

const TITLES = new Set(['dr', 'mr', 'mrs', 'ms', 'prof', 'st', 'vs', 'no', 'approx']);

/** Cells are set apart by a tab, or by three blanks before a capital or a number. */
function wide(tokens: Tokens, i: number): boolean {
  const from = tokens.end[i - 1]!;
  const to = tokens.start[i]!;
  if (to === from) return false;
  // `2) Protonix` in the midst of a line that was once several.
  if (to - from >= 2 && tokens.kind[i] === NUMBER && tokens.word[i + 1] === ')' && /^\d{1,2}$/.test(tokens.word[i]!))
    return true;
  if (tokens.text.charCodeAt(from) === 9) return true;
  if (to - from < 3 || OPEN_ENDS.has(tokens.word[i - 1]!) || tokens.word[i - 1] === ',') return false;
  return capital(tokens, i) || tokens.kind[i] === NUMBER;
}

/** Whether a line only goes on with the sentence of the line before. */
function continues(tokens: Tokens, from: number, i: number): boolean {
  const { word, line, kind, text, start, end } = tokens;
  if (line[i]! - line[i - 1]! > 1) return false;
  if (itemLength(tokens, i) > 0) return false;
  const last = word[i - 1]!;
  if (/^[.!?:;|]$/.test(last)) return false;
  if (last === ',' || OPEN_ENDS.has(last)) return true;
  if (kind[i] === MARK && word[i] !== '(') return false;
  if (kind[i] === WORD && capital(tokens, i)) return false;
  const first = text.lastIndexOf('\n', end[i - 1]! - 1) + 1;
  const head = from < i ? Math.max(first, start[from]!) : first;
  if (end[i - 1]! - first >= FULL_LINE) return true;
  // A short line goes on where the next begins in lower case and neither is a heading with its content.
  return kind[i] === WORD && !text.slice(head, end[i - 1]).includes(':') && kind[i - 1] === WORD && wrapped(tokens, i);
}

function wrapped(tokens: Tokens, i: number): boolean {
  for (let k = i; k < tokens.count && tokens.line[k] === tokens.line[i]; k++) if (tokens.word[k] === ':') return false;
  return true;
}

/** Tokens of the bullet or number that begins a list item at token `i`; 0 where there is none. */
export function itemLength(tokens: Tokens, i: number): number {
  const { word, kind, line } = tokens;
  if (i > 0 && line[i - 1] === line[i]) return 0;
  const first = word[i]!;
  if (/^[-*•·–—>]$/.test(first)) return joined(tokens, i + 1) ? 0 : 1;
  if (kind[i] === NUMBER && /^[.)]$/.test(word[i + 1] ?? '') && joined(tokens, i + 1) && /^\d{1,2}$/.test(first))
    return 2;
  if (first === '#' && kind[i + 1] === NUMBER) return 2;
  return 0;
}
