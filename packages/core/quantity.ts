import type { metricAtoms, plainAtoms, prefixes } from './unit-dimensions.data.ts';

/** A number with its UCUM unit. Literal units are kept in the type, so that dimensions are checked at compile time. */
export interface Quantity<U extends string = string> {
  readonly value: number;
  readonly unit: U;
}

/** A quantity of `value` in the UCUM unit `unit` (case-sensitive code). The unit is checked when it is first converted. */
export function quantity<const U extends string>(value: number, unit: U): Quantity<U> {
  return { value, unit };
}

/**
 * The dimension of a literal unit, as numerator/denominator letters (`'mg/dL'` → `'M/LLL'`).
 * `unknown` for a unit that is not a literal, is nested in brackets or is not UCUM: those are checked at run time.
 */
export type DimensionOf<U extends string> = string extends U
  ? unknown
  : Terms<WithoutAnnotations<U>, 'times', '', ''> extends `${infer N}/${infer D}`
    ? Cancelled<N, D>
    : unknown;

/** `U` where `V` has the same dimension or either is known only at run time; else `never`, which no argument meets. */
export type SameDimension<U extends string, V extends string> =
  unknown extends DimensionOf<U>
    ? U
    : unknown extends DimensionOf<V>
      ? U
      : DimensionOf<U> extends DimensionOf<V>
        ? U
        : never;

type Metric = typeof metricAtoms;
type Plain = typeof plainAtoms;
type Prefix = (typeof prefixes)[number];
type Digit = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9;

type WithoutAnnotations<S extends string> = S extends `${infer A}{${string}}${infer B}`
  ? WithoutAnnotations<`${A}${B}`>
  : S;

/** Reads terms from the left; N and D gather the letters above and below the line. */
type Terms<S extends string, Op extends 'times' | 'over', N extends string, D extends string> = S extends ''
  ? `${N}/${D}`
  : S extends `/${infer Rest}`
    ? Terms<Rest, 'over', N, D>
    : S extends `.${infer Rest}`
      ? Terms<Rest, 'times', N, D>
      : FirstTerm<S, ''> extends [infer T extends string, infer Rest extends string]
        ? Term<T> extends `${infer TN}/${infer TD}`
          ? Op extends 'times'
            ? Terms<Rest, 'times', `${N}${TN}`, `${D}${TD}`>
            : Terms<Rest, 'times', `${N}${TD}`, `${D}${TN}`>
          : unknown
        : unknown;

/** Splits before the first '.' or '/'; an opening bracket '(' is left to the run-time check. */
type FirstTerm<S extends string, Done extends string> = S extends `${infer C}${infer Rest}`
  ? C extends '(' | ')'
    ? unknown
    : C extends '.' | '/'
      ? [Done, S]
      : FirstTerm<Rest, `${Done}${C}`>
  : [Done, ''];

/** One term: atom, exponent or plain number. */
type Term<T extends string> = T extends `${Digit}${string}`
  ? T extends `${number}`
    ? '/'
    : Power<T>
  : Atom<T> extends string
    ? Atom<T>
    : Power<T>;

type Power<T extends string> = T extends `10*${string}` | `10^${string}`
  ? '/'
  : T extends `${infer A}-${infer E extends Digit}`
    ? Inverse<Repeated<Atom<A>, E>>
    : T extends `${infer A}+${infer E extends Digit}`
      ? Repeated<Atom<A>, E>
      : EndDigit<T> extends [infer A extends string, infer E extends Digit]
        ? Repeated<Atom<A>, E>
        : unknown;

type EndDigit<T extends string> = { [E in Digit]: T extends `${infer A}${E}` ? [A, E] : never }[Digit];

type Atom<A extends string> = A extends keyof Metric
  ? Metric[A]
  : A extends keyof Plain
    ? Plain[A]
    : Prefixed<A> extends never
      ? unknown
      : Prefixed<A>;

type Prefixed<A extends string> = {
  [P in Prefix]: A extends `${P}${infer Rest extends keyof Metric & string}` ? Metric[Rest] : never;
}[Prefix];

type Inverse<K> = K extends `${infer N}/${infer D}` ? `${D}/${N}` : unknown;

type Repeated<K, E extends Digit> = K extends `${infer N}/${infer D}` ? `${Times<N, E>}/${Times<D, E>}` : unknown;

type Times<S extends string, E extends Digit> = {
  0: '';
  1: S;
  2: `${S}${S}`;
  3: `${S}${S}${S}`;
  4: `${S}${S}${S}${S}`;
  5: `${S}${S}${S}${S}${S}`;
  6: `${S}${S}${S}${S}${S}${S}`;
  7: `${S}${S}${S}${S}${S}${S}${S}`;
  8: `${S}${S}${S}${S}${S}${S}${S}${S}`;
  9: `${S}${S}${S}${S}${S}${S}${S}${S}${S}`;
}[E];

/** Cancels letters that stand above and below the line, and puts the rest in one order. */
type Cancelled<N extends string, D extends string, Kept extends string = ''> = D extends `${infer L}${infer Rest}`
  ? N extends `${infer A}${L}${infer B}`
    ? Cancelled<`${A}${B}`, Rest, Kept>
    : Cancelled<N, Rest, `${Kept}${L}`>
  : `${Ordered<N>}/${Ordered<Kept>}`;

type Ordered<S extends string> =
  `${Only<S, 'L'>}${Only<S, 'T'>}${Only<S, 'M'>}${Only<S, 'A'>}${Only<S, 'K'>}${Only<S, 'Q'>}${Only<S, 'C'>}${Only<S, 'N'>}${Only<S, 'E'>}${Only<S, 'X'>}`;

type Only<S extends string, L extends string> = S extends `${infer C}${infer Rest}`
  ? C extends L
    ? `${C}${Only<Rest, L>}`
    : Only<Rest, L>
  : '';
