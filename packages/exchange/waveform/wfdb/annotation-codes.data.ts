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
