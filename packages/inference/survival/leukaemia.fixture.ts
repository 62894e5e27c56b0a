import type { ObservedTime } from './observed-time.ts';

/** Weeks in remission of 23 patients with acute myelogenous leukaemia, with and without maintenance chemotherapy: Miller, Survival Analysis, Wiley 1997, p. 49. */
const MAINTAINED = '9 13 13+ 18 23 28+ 31 34 45+ 48 161+';
const NOT_MAINTAINED = '5 5 8 8 12 16+ 23 27 30 33 43 45';

const read = (list: string): readonly ObservedTime[] =>
  list.split(' ').map((text) => ({ time: Number.parseInt(text, 10), ended: !text.endsWith('+') }));

export const maintained = read(MAINTAINED);
export const notMaintained = read(NOT_MAINTAINED);
export const remissions = [...maintained, ...notMaintained];
/** 1 for those without maintenance. */
export const withoutMaintenance = remissions.map((_, i) => [i < maintained.length ? 0 : 1]);
