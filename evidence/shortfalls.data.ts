/**
 * Rows that fail and why, as far as it is known. The report lists them; the check fails for any other row that fails, and for
 * one listed here that no longer does.
 */
export const shortfalls: Readonly<Record<string, string>> = {
  "lelouedec2021: 003: others whose objective is above NONMEM's by over 1e-6":
    'the search from η = 0 ends on a kink, where a lag lies on an observation’s time, for a few patients',
  'lelouedec2021: 004: share of patients within 1e-4 on every ETA':
    'the end of the input lies on an observation’s time, a kink of the objective; where both ends differ ours is lower or equal for most',
  "lelouedec2021: 004: others whose objective is above NONMEM's by over 1e-6":
    'the search from η = 0 ends on a kink for a few patients',
  'lelouedec2021: 006: share of patients within 1e-4 on every ETA':
    'as 004: the end of the input lies on an observation’s time',
  "lelouedec2021: 006: others whose objective is above NONMEM's by over 1e-6":
    'the search from η = 0 ends on a kink for a few patients',
  'recovery-matched: kp3: in the 90 % interval':
    'one patient of 400 too many inside; the standard error of the share is 1.5 %, and of these truths 94 % lie in the prior’s own 90 % interval',
  'recovery-perturbed: Vmx: in the 90 % interval':
    'everyday life differs from the twin’s disturbances in ways not yet found',
  'recovery-perturbed: ki: in the 90 % interval':
    'everyday life differs from the twin’s disturbances in ways not yet found',
  'recovery-perturbed: b: in the 90 % interval': 'meals missing from the record that were not noticed, as far as found',
};
