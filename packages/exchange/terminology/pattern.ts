import { terminologyErrors } from './errors.data.ts';

const LONGEST_PATTERN = 300;
/** Each repetition multiplies the time by the length of the text. */
const MOST_REPETITIONS = 3;
/** Each part that may be left out doubles it. */
const MOST_OPTIONS = 8;
const LONGEST_TEXT = 500;

/**
 * A test whether a whole text fits a regular expression of FHIR (ECMAScript syntax, anchored at both ends). Patterns whose
 * matching can take time beyond a small power of the text's length are refused. @throws terminology-pattern
 */
export function patternTest(pattern: string): (text: string) => boolean {
  const shown = `"${pattern.slice(0, 60)}"`;
  const wrong = dangerOf(pattern);
  if (wrong !== null) throw terminologyErrors.error('terminology-pattern', `${shown} ${wrong}`);
  let expression: RegExp;
  try {
    expression = new RegExp(`^(?:${pattern})$`, 'u');
  } catch {
    throw terminologyErrors.error('terminology-pattern', `${shown} is no regular expression`);
  }
  return (text) => text.length <= LONGEST_TEXT && expression.test(text);
}

const TOKEN =
  /\\(?<escaped>[\s\S])|\[(?:\\[\s\S]|[^\]\\])*\]|(?<open>\((?:\?:)?)|(?<close>\))|(?<fixed>\{\d{1,3}\})|(?<repeat>[*+]\??|\{\d+,\d*\}\??)|(?<option>\?\??)|(?<choice>\|)|[\s\S]/gy;

/** Why a pattern is refused; null where it is not. */
function dangerOf(pattern: string): string | null {
  if (pattern.length > LONGEST_PATTERN) return `is longer than ${LONGEST_PATTERN} characters`;
  /** For each open group, and the last one closed, whether it can match a text in several ways. */
  const open = [false];
  let closed = false;
  let repetitions = 0;
  let options = 0;
  for (const { groups } of pattern.matchAll(TOKEN)) {
    const { escaped, open: opens, close, fixed, repeat, option, choice } = groups!;
    if (escaped !== undefined && /[1-9k]/.test(escaped)) return 'refers back to a group';
    const last = open.length - 1;
    if (opens !== undefined) open.push(false);
    else if (choice !== undefined) open[last] = true;
    else if (repeat !== undefined || option !== undefined || fixed !== undefined) {
      if (closed && option === undefined) return 'repeats a group that itself repeats or chooses';
      if (repeat !== undefined && ++repetitions > MOST_REPETITIONS)
        return `has more than ${MOST_REPETITIONS} repetitions`;
      if (option !== undefined && ++options > MOST_OPTIONS) return `has more than ${MOST_OPTIONS} optional parts`;
      if (fixed === undefined) open[last] = true;
    }
    closed = false;
    if (close === undefined) continue;
    if (last === 0) return 'has brackets that do not pair';
    closed = open.pop()!;
    if (closed) open[last - 1] = true;
  }
  return open.length === 1 ? null : 'has brackets that do not pair';
}
