/** Scratch for `jaro`: letters of the second string that are taken, and letters of the first that were found. */
let taken = new Uint8Array(64);
let found = new Uint16Array(64);

/**
 * Jaro's similarity of two strings, 0 to 1: letters in common within half the longer length, less half of those out of order (Jaro 1989,
 * doi:10.1080/01621459.1989.10478785).
 */
export function jaro(a: string, b: string): number {
  if (a === b) return a === '' ? 0 : 1;
  const reach = Math.max(0, (Math.max(a.length, b.length) >> 1) - 1);
  if (b.length > taken.length || a.length > found.length) {
    taken = new Uint8Array(2 * b.length);
    found = new Uint16Array(2 * a.length);
  }
  taken.fill(0, 0, b.length);
  let common = 0;
  for (let i = 0; i < a.length; i++) {
    const end = Math.min(b.length, i + reach + 1);
    for (let j = Math.max(0, i - reach); j < end; j++) {
      if (taken[j] === 1 || a.charCodeAt(i) !== b.charCodeAt(j)) continue;
      taken[j] = 1;
      found[common++] = a.charCodeAt(i);
      break;
    }
  }
  if (common === 0) return 0;
  let displaced = 0;
  for (let j = 0, k = 0; j < b.length; j++) if (taken[j] === 1 && b.charCodeAt(j) !== found[k++]) displaced++;
  return (common / a.length + common / b.length + (common - displaced / 2) / common) / 3;
}

/** Below this a common beginning adds nothing. */
const ALIKE = 0.7;
const PREFIX = 4;
const WEIGHT = 0.1;

/** Jaro's similarity raised for a common beginning of up to four letters (Winkler 1990, Proc Sect Survey Res Methods, ASA, 354–359). */
export function jaroWinkler(a: string, b: string): number {
  const alike = jaro(a, b);
  if (alike <= ALIKE) return alike;
  let prefix = 0;
  while (prefix < PREFIX && prefix < a.length && a[prefix] === b[prefix]) prefix++;
  return alike + prefix * WEIGHT * (1 - alike);
}
