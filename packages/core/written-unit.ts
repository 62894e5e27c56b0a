/** UCUM units that people write otherwise than letter by letter. */
const WRITTEN: Readonly<Record<string, string>> = {
  '1': '',
  '[IU]': 'U',
  '[iU]': 'U',
  '[IU]/h': 'U/h',
  '[iU]/h': 'U/h',
  '[iU]/min': 'U/min',
};

/** A UCUM unit as people write it: an annotation alone is none, `u` is a micro sign, a product has its dot in the middle. */
export function writtenUnit(ucum: string): string {
  if (/^\{.*\}$/.test(ucum)) return '';
  return WRITTEN[ucum] ?? ucum.replace(/(^|[/.])u(?=(?:g|mol|L|m|U|V)(?:$|[/.]))/g, '$1µ').replaceAll('.', '·');
}
