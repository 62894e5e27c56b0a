import type { ShownUnit } from '@gemel/server/api';

/** How a twin's values are written: those kept in `base` as `shown`, all others in their own unit. */
export interface Units {
  readonly base: ShownUnit;
  readonly shown: ShownUnit;
}

/** The chosen one of the units a twin offers; where the choice is none of them, the unit values are kept in. */
export function unitsOf(offered: readonly [ShownUnit, ...ShownUnit[]], chosen: string | undefined): Units {
  const [base] = offered;
  return { base, shown: offered.find(({ unit }) => unit === chosen) ?? base };
}

/** A value kept in `base` as it is shown. */
export function inShownUnit(value: number, { shown }: Units): number {
  return value * shown.factor;
}

/** A value kept in `base` as shown, without its unit. */
export function shownText(value: number, units: Units): string {
  return inShownUnit(value, units).toFixed(units.shown.decimals);
}

const NUMBER = '\\d+(?:\\.\\d+)?';
const escaped = (unit: string) => unit.replaceAll(/[.*+?^${}()|[\]\\/]/g, '\\$&');

/** UCUM products within a sentence as people write them: `mg.h/L` with its dot in the middle. */
export const readable = (text: string) => text.replaceAll(/(?<=\b[munµ]?(?:g|mol|U))\.(?=h\/)/g, '·');

/**
 * The server's sentences in the unit shown. Of a value written in both units one is left; a number written with the unit values
 * are kept in alone is converted; nothing else is touched.
 */
export function sentenceInUnit(
  sentence: string,
  offered: readonly [ShownUnit, ...ShownUnit[]],
  { base, shown }: Units,
): string {
  let one = readable(sentence);
  for (const other of offered.slice(1)) {
    const both = new RegExp(`(${NUMBER}\\s?${escaped(base.unit)}) \\((${NUMBER}\\s?${escaped(other.unit)})\\)`, 'g');
    one = one.replace(both, shown.unit === other.unit ? '$2' : '$1');
  }
  if (shown.unit === base.unit) return one;
  const spoken = new RegExp(
    `(${NUMBER})(?:(\\s?(?:–|-|to|and)\\s?)(${NUMBER}))?\\s?${escaped(base.unit)}(?!\\s*/|\\.?\\w)`,
    'g',
  );
  const convert = (text: string) => shownText(Number(text), { base, shown });
  return one.replace(spoken, (_all, first: string, joint: string | undefined, second: string | undefined) => {
    const range = second === undefined ? '' : `${joint}${convert(second)}`;
    return `${convert(first)}${range} ${shown.unit}`;
  });
}
