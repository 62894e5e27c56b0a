import { terminologyErrors } from './errors.data.ts';

const LONGEST_PATTERN = 1000;
const LONGEST_TEXT = 2000;
const DEEPEST = 50;
/** Most steps of a pattern with its counted repetitions written out: what is kept at each character of a text. */
const MOST_STEPS = 1000;
/** Sets of steps, and what follows them, that are kept. */
const MOST_STATES = 1000;

/**
 * A test whether a whole text fits a regular expression of FHIR (ECMAScript syntax, anchored at both ends), in time that grows
 * with the length of the text alone, whatever the pattern: all ways to match are followed at once (K. Thompson, CACM 11 (6), 1968,
 * doi:10.1145/363347.363387). What cannot be matched so (references back, looking ahead or behind, word boundaries) is refused.
 * @throws terminology-pattern
 */
export function patternTest(pattern: string): (text: string) => boolean {
  const shown = `"${pattern.slice(0, 60)}"`;
  const refuse = (why: string) => terminologyErrors.error('terminology-pattern', `${shown} ${why}`);
  if (pattern.length > LONGEST_PATTERN) throw refuse(`is longer than ${LONGEST_PATTERN} characters`);
  try {
    new RegExp(pattern, 'u');
  } catch {
    throw refuse('is no regular expression');
  }
  const program = new Reader(pattern, refuse).program();
  const machine = new Machine(program);
  return (text) => text.length <= LONGEST_TEXT && machine.fits(text);
}

type CharacterTest = (character: string) => boolean;

/** One step: a character to take, ways to go on without one, or the end. */
type Step =
  | { readonly kind: 'take'; readonly test: CharacterTest; next: number }
  | { readonly kind: 'either'; readonly next: number[] }
  | { readonly kind: 'begin' | 'end'; next: number }
  | { readonly kind: 'match' };

/** A part of a pattern, to be written out as steps. */
type Part =
  | { readonly kind: 'character'; readonly test: CharacterTest }
  | { readonly kind: 'begin' | 'end' }
  | { readonly kind: 'sequence' | 'choice'; readonly parts: readonly Part[] }
  | { readonly kind: 'repeat'; readonly part: Part; readonly least: number; readonly most: number };

/** One character as written: an escape, a class, or itself. */
const CHARACTER =
  /\\(?:[pP]\{[^}]*\}|u\{[^}]*\}|u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|c[A-Za-z]|[\s\S])|\[(?:\\[\s\S]|[^\]\\])*\]|[\s\S]/uy;
const REPEAT = /(?:\*|\+|\?|\{(\d+)(?:(,)(\d*))?\})\??/y;

/** Reads a pattern that is known to be a regular expression with the `u` flag. */
class Reader {
  readonly #pattern: string;
  readonly #refuse: (why: string) => Error;
  #at = 0;
  #depth = 0;

  constructor(pattern: string, refuse: (why: string) => Error) {
    this.#pattern = pattern;
    this.#refuse = refuse;
  }

  program(): readonly Step[] {
    const part = this.#choice();
    const steps: Step[] = [{ kind: 'match' }];
    const start = this.#write(part, 0, steps);
    // The first step is the one to begin with.
    return [...steps, { kind: 'either', next: [start] }];
  }

  #choice(): Part {
    if (++this.#depth > DEEPEST) throw this.#refuse(`is nested more than ${DEEPEST} deep`);
    const parts: Part[] = [this.#sequence()];
    while (this.#pattern[this.#at] === '|') {
      this.#at++;
      parts.push(this.#sequence());
    }
    this.#depth--;
    return parts.length === 1 ? parts[0]! : { kind: 'choice', parts };
  }

  #sequence(): Part {
    const parts: Part[] = [];
    for (;;) {
      const next = this.#pattern[this.#at];
      if (next === undefined || next === '|' || next === ')') return { kind: 'sequence', parts };
      parts.push(this.#repeated(this.#one()));
    }
  }

  #one(): Part {
    const rest = this.#pattern.slice(this.#at, this.#at + 4);
    if (rest.startsWith('(')) {
      const group = /^\((?:\?(?:<(?![=!])[^>]*>|:))?/.exec(this.#pattern.slice(this.#at))![0];
      this.#at += group.length;
      if (group === '(' && this.#pattern[this.#at] === '?') throw this.#refuse('looks ahead or behind, or sets flags');
      const part = this.#choice();
      this.#at++;
      return part;
    }
    CHARACTER.lastIndex = this.#at;
    const written = CHARACTER.exec(this.#pattern)![0];
    this.#at += written.length;
    if (written === '^') return { kind: 'begin' };
    if (written === '$') return { kind: 'end' };
    if (/^\\[1-9k]/.test(written)) throw this.#refuse('refers back to a group');
    if (/^\\[bB]$/.test(written)) throw this.#refuse('asks for the boundary of a word');
    return { kind: 'character', test: characterTest(written) };
  }

  #repeated(part: Part): Part {
    REPEAT.lastIndex = this.#at;
    const found = REPEAT.exec(this.#pattern);
    if (found === null) return part;
    this.#at += found[0].length;
    const [written, least, comma, most] = found;
    const bounds: Readonly<Record<string, readonly [number, number]>> = {
      '*': [0, Number.POSITIVE_INFINITY],
      '+': [1, Number.POSITIVE_INFINITY],
      '?': [0, 1],
    };
    const known = bounds[written[0]!];
    if (known !== undefined) return { kind: 'repeat', part, least: known[0], most: known[1] };
    const first = Number(least);
    const last = comma === undefined ? first : most === '' ? Number.POSITIVE_INFINITY : Number(most);
    return { kind: 'repeat', part, least: first, most: last };
  }

  /** Writes a part that goes on at step `next`; gives the step it begins at. */
  #write(part: Part, next: number, steps: Step[]): number {
    switch (part.kind) {
      case 'character':
        return this.#add(steps, { kind: 'take', test: part.test, next });
      case 'begin':
      case 'end':
        return this.#add(steps, { kind: part.kind, next });
      case 'sequence':
        return part.parts.reduceRight((after, each) => this.#write(each, after, steps), next);
      case 'choice':
        return this.#add(steps, { kind: 'either', next: part.parts.map((each) => this.#write(each, next, steps)) });
      case 'repeat':
        return this.#repeat(part, next, steps);
    }
  }

  #repeat({ part, least, most }: Extract<Part, { kind: 'repeat' }>, next: number, steps: Step[]): number {
    let after = next;
    if (most === Number.POSITIVE_INFINITY) {
      const again: number[] = [next];
      after = this.#add(steps, { kind: 'either', next: again });
      again.push(this.#write(part, after, steps));
    } else {
      for (let i = least; i < most; i++) {
        const once = this.#write(part, after, steps);
        after = this.#add(steps, { kind: 'either', next: [once, next] });
      }
    }
    for (let i = 0; i < least; i++) after = this.#write(part, after, steps);
    return after;
  }

  #add(steps: Step[], step: Step): number {
    if (steps.length >= MOST_STEPS) throw this.#refuse(`takes more than ${MOST_STEPS} steps written out`);
    return steps.push(step) - 1;
  }
}

/** Whether a character is one of those written, by the engine's own reading of it. */
function characterTest(written: string): CharacterTest {
  if (written.length === 1 && !'.[\\'.includes(written)) return (character) => character === written;
  const expression = new RegExp(`^${written}$`, 'u');
  const known = new Map<string, boolean>();
  return (character) => {
    let answer = known.get(character);
    if (answer === undefined) {
      answer = expression.test(character);
      if (known.size >= MOST_STATES) known.clear();
      known.set(character, answer);
    }
    return answer;
  };
}

/** The steps that a text may have come to, and where each character leads from there. */
interface State {
  readonly steps: readonly number[];
  readonly matches: boolean;
  readonly next: Map<string, State>;
}

/** Follows a text through all steps at once; sets of steps that came before are known. */
class Machine {
  readonly #program: readonly Step[];
  #states = new Map<string, State>();

  constructor(program: readonly Step[]) {
    this.#program = program;
  }

  fits(text: string): boolean {
    let state = this.#start();
    for (const character of text) {
      state = state.next.get(character) ?? this.#follow(state, character);
      if (state.steps.length === 0) return false;
    }
    return text === '' ? this.#closed([this.#program.length - 1], true, true).includes(0) : state.matches;
  }

  #start(): State {
    return this.#stateOf(this.#closed([this.#program.length - 1], true, false));
  }

  #follow(state: State, character: string): State {
    const reached: number[] = [];
    for (const at of state.steps) {
      const step = this.#program[at]!;
      if (step.kind === 'take' && step.test(character)) reached.push(step.next);
    }
    const found = this.#stateOf(this.#closed(reached, false, false));
    if (state.next.size >= MOST_STATES) state.next.clear();
    state.next.set(character, found);
    return found;
  }

  #stateOf(steps: readonly number[]): State {
    const key = steps.join(' ');
    let state = this.#states.get(key);
    if (state === undefined) {
      if (this.#states.size >= MOST_STATES) this.#states = new Map();
      state = { steps, matches: this.#closed(steps, false, true).includes(0), next: new Map() };
      this.#states.set(key, state);
    }
    return state;
  }

  /** The steps themselves, and those reached from them without a character. */
  #closed(from: readonly number[], atBegin: boolean, atEnd: boolean): readonly number[] {
    const seen = new Set<number>();
    const open = [...from];
    for (let at = open.pop(); at !== undefined; at = open.pop()) {
      if (seen.has(at)) continue;
      seen.add(at);
      const step = this.#program[at]!;
      if (step.kind === 'either') open.push(...step.next);
      else if ((step.kind === 'begin' && atBegin) || (step.kind === 'end' && atEnd)) open.push(step.next);
    }
    return [...seen].sort((a, b) => a - b);
  }
}
