/**
 * Rows that fail and why, as far as it is known. The report lists them; the check fails for any other row that fails, and for
 * one listed here that no longer does.
 */
export const shortfalls: Readonly<Record<string, string>> = {
  'lelouedec2021: 003: share of patients within 1e-4 on every ETA':
    'a mode beyond a kink, where a lag lies on an observation’s time, is lower than NONMEM’s for 160 patients (106 of NONMEM’s predict nothing at an observation, which lies before the lag ends); for 36 more NONMEM’s estimate lies on a kink and is no mode. The modes nearest to η = 0 agree for 98.9 %',
  'lelouedec2021: 004: share of patients within 1e-4 on every ETA':
    'as 003, of the end of the input: a lower mode beyond a kink for 143 patients, and for 71 NONMEM’s estimate is no mode. The modes nearest to η = 0 agree for 98.1 %',
  'lelouedec2021: 006: share of patients within 1e-4 on every ETA':
    'as 004: a lower mode beyond a kink for 229 patients, and for 77 NONMEM’s estimate is no mode. The modes nearest to η = 0 agree for 97.7 %; no search that ends in modes could exceed 98.08 %',
  'lelouedec2021-dosing: 003: share of patients within 1e-4 on every ETA':
    'as lelouedec2021: the same modes, found through the pack',
  'lelouedec2021-dosing: 004: share of patients within 1e-4 on every ETA':
    'as lelouedec2021: the same modes, found through the pack',
  'lelouedec2021-dosing: 006: share of patients within 1e-4 on every ETA':
    'as lelouedec2021: the same modes, found through the pack',
  'recovery-matched: kabs: in the 90 % interval':
    'half a point too many inside: intervals allow for disturbances of everyday life, which this world has none of (88.5 where it has); of these truths 93 % lie in the prior’s own 90 % interval, and the standard error of the share is 1.1 %',
};
