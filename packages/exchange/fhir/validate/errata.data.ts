/** Invariants of R4 that say something other than their words; each is evaluated as HL7 corrected it later. */
export const errata: Readonly<Record<string, string>> = {
  // que-12, "more than one": corrected in R5.
  'enableWhen.count() > 2 implies enableBehavior.exists()': 'enableWhen.count() > 1 implies enableBehavior.exists()',
  // vs-1 speaks of dateTime only; a Period has no text of its own.
  '($this as dateTime).toString().length() >= 8': '($this is dateTime).not() or $this.toString().length() >= 8',
};
