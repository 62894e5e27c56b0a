/** Letters of the annotation codes 0 to 49 (annot(5) of the WFDB Applications Guide, `ecgcodes.h`); empty where undefined. */
export const ANNOTATION_LETTERS: readonly string[] = [
  ...[' ', 'N', 'L', 'R', 'a', 'V', 'F', 'J', 'A', 'S'],
  ...['E', 'j', '/', 'Q', '~', '', '|', '', 's', 'T'],
  ...['*', 'D', '"', '=', 'p', 'B', '^', 't', '+', 'u'],
  ...['?', '!', '[', ']', 'e', 'n', '@', 'x', 'f', '('],
  ...[')', 'r', '', '', '', '', '', '', '', ''],
];

/** Letters that mark a beat (the QRS map of WFDB's `ecgmap.h`). */
export const BEAT_LETTERS: ReadonlySet<string> = new Set('NLRaVFJASEj/QB?!enfr');

/** Letters of the annotation format of the AHA database, and the MIT code of each (annot(5); the AHA map of `ecgmap.h`). */
export const AHA_CODES: Readonly<Record<string, number>> = {
  ...{ N: 1, V: 5, F: 6, E: 10, P: 12, Q: 13 },
  ...{ U: 14, O: 22, R: 41, '[': 32, ']': 33 },
};
