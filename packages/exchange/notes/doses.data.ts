import { PhraseTable } from './phrases.ts';

const tableOf = <T>(rows: readonly (readonly [value: T, spellings: string])[]): PhraseTable<T> => {
  const table = new PhraseTable<T>();
  for (const [value, spellings] of rows) for (const each of spellings.split(',')) table.add(each.trim(), value);
  return table;
};

/** Units of doses and rates → UCUM; what is counted stands in braces. */
export const doseUnits = tableOf<string>([
  ['mg', 'mg, milligram, milligrams, mgs'],
  ['g', 'g, gram, grams, gm, gms'],
  ['ug', 'mcg, ug, µg, microgram, micrograms'],
  ['ng', 'ng'],
  ['[iU]', 'units, unit, u, iu, international units'],
  ['meq', 'meq, meqs'],
  ['mmol', 'mmol'],
  ['mL', 'ml, cc, milliliters, mls'],
  ['L', 'l, liter, liters, litre'],
  ['%', '%'],
  ['mg/kg', 'mg/kg'],
  ['ug/kg', 'mcg/kg, ug/kg, µg/kg'],
  ['[iU]/kg', 'units/kg, unit/kg, u/kg'],
  ['mL/kg', 'ml/kg, cc/kg'],
  ['mg/m2', 'mg/m2, mg/m^2, mg/m²'],
  ['mg/h', 'mg/hr, mg/h, mg/hour, mg per hour'],
  ['ug/h', 'mcg/hr, mcg/h, mcg/hour, ug/hr, mcg per hour'],
  ['mL/h', 'ml/hr, ml/h, cc/hr, ml/hour, ml per hour'],
  ['[iU]/h', 'units/hr, units/h, u/hr, units/hour, units per hour'],
  ['[iU]/kg/h', 'units/kg/hr, units/kg/h, u/kg/hr, units/kg/hour'],
  ['ug/kg/min', 'mcg/kg/min, ug/kg/min, µg/kg/min'],
  ['ug/min', 'mcg/min, ug/min'],
  ['mg/kg/h', 'mg/kg/hr, mg/kg/h'],
  ['mg/min', 'mg/min'],
  ['mg/mL', 'mg/ml'],
  ['{tbl}', 'tablet, tablets, tab, tabs, pill, pills'],
  ['{cap}', 'capsule, capsules, cap, caps'],
  ['{puff}', 'puff, puffs, inhalation, inhalations'],
  ['{spray}', 'spray, sprays'],
  ['[drp]', 'drop, drops, gtts'],
  ['{patch}', 'patch, patches'],
  ['{suppository}', 'suppository, suppositories'],
  ['{amp}', 'amp, amps, ampule, ampules'],
  ['{dose}', 'doses, dose'],
]);

/** What a dose may not be counted in, as it says how often. */
export const COUNTED = /^(\{|\[drp\])/;

export const routes = tableOf<string>([
  ['oral', 'po, by mouth, oral, orally, per os, p.o'],
  ['iv', 'iv, intravenous, intravenously, ivpb, ivp, iv push, iv piggyback, i.v'],
  ['im', 'im, intramuscular, intramuscularly, i.m'],
  ['sc', 'subq, sq, sc, subcut, subcutaneous, subcutaneously, sub q, s.c, subcutaneous injection'],
  ['sl', 'sl, sublingual, sublingually, under the tongue'],
  ['inh', 'inh, inhaled, inhalation, nebulized, neb, nebs, nebulizer, via nebulizer, mdi, by inhalation'],
  ['rectal', 'pr, rectal, rectally, per rectum'],
  ['topical', 'topical, topically, cream, ointment, to affected area, lotion'],
  ['transdermal', 'transdermal, patch, td'],
  ['nasal', 'nasal, intranasal, intranasally, each nostril, nasally, in each nostril'],
  ['ophthalmic', 'ophthalmic, in both eyes, each eye, to both eyes, in each eye'],
  ['otic', 'otic, in both ears, in each ear'],
  ['ng', 'ng, ngt, via ngt, per ngt, via peg, per peg, g tube, via g tube'],
  ['vaginal', 'vaginal, vaginally'],
]);

/** How often: `times/period`, with an event of the day after `@` in the codes of HL7 TimingEvent and EventTiming. */
export const frequencies = tableOf<string>([
  [
    '1/1d',
    'daily, qd, q day, once daily, once a day, every day, per day, once per day, q24, qdaily, each day, one time daily, one time a day',
  ],
  ['2/1d', 'bid, twice daily, twice a day, two times a day, two times daily, twice per day, b.i.d'],
  ['3/1d', 'tid, three times daily, three times a day, thrice daily, thrice a day, three times per day, t.i.d'],
  ['4/1d', 'qid, four times daily, four times a day, four times per day, q.i.d'],
  [
    '1/1d@HS',
    'qhs, q hs, nightly, at bedtime, before bed, hs, at night, every night, every bedtime, each night, daily at bedtime, q bedtime, qhs daily, once nightly',
  ],
  ['1/1d@MORN', 'qam, q am, every morning, in the morning, each morning, daily in the morning, in am, in the am'],
  ['1/1d@EVE', 'qpm, q pm, every evening, in the evening, each evening, with dinner, with supper, in pm, in the pm'],
  ['3/1d@C', 'with meals, with each meal, tid with meals, three times a day with meals'],
  ['3/1d@AC', 'ac, before meals, tid ac, before each meal'],
  ['1/2d', 'qod, every other day, q.o.d, every second day, every 2 days'],
  ['1/1wk', 'weekly, once weekly, once a week, every week, q week, qweek, qweekly, per week, qwk'],
  ['2/1wk', 'twice weekly, twice a week, two times a week'],
  ['3/1wk', 'three times a week, three times weekly, thrice weekly, mwf, tiw'],
  ['1/1mo', 'monthly, once monthly, once a month, every month, q month'],
  ['1/1h', 'hourly, every hour, q hour'],
  ['once', 'once, x1, x 1, one time, one dose, single dose, stat, now, times one'],
  ['continuous', 'continuous, continuously, drip, gtt, infusion, continuous infusion'],
]);

export const asNeeded = tableOf<true>([[true, 'prn, as needed, when needed, if needed, as required, p.r.n']]);

/** What is done with a drug. */
export type DrugStatus = 'active' | 'started' | 'stopped' | 'held' | 'changed' | 'given' | 'planned' | 'not-taken';

/** Words before a drug. */
export const statusBefore = tableOf<DrugStatus>([
  [
    'stopped',
    'stop, stopped, stopping, discontinue, discontinued, discontinuing, d/c, dc, dced, d/ced, off, came off, weaned off, stop taking, stopped taking, quit, quit taking, finished, completed, switched from, changed from',
  ],
  ['held', 'hold, held, holding, hold home'],
  [
    'started',
    'start, started, starting, started on, start on, begin, began, begun, initiate, initiated, initiating, switched to, switch to, placed on, put on, added, add, restart, restarted, resume, resumed, prescribed, prescribe, prescription for, given a prescription for, given prescription for, script for, loaded with, begun on, transitioned to, changed to, initiated on',
  ],
  [
    'changed',
    'increase, increased, decrease, decreased, increasing, decreasing, uptitrate, uptitrated, titrate, titrated, taper, tapering, reduce, reduced, lower, change, changed, adjust, adjusted',
  ],
  [
    'given',
    'given, gave, give, received, receiving dose of, administered, administer, got, bolused with, treated with, dosed with, was given, giving',
  ],
  [
    'planned',
    'consider, consider starting, considering, will start, plan to start, planning to start, plan for, recommend, recommend starting, recommended, would start, may start, will need, may need, might need, to start, consider adding, will begin, could try, plan to begin, recommends, will give, advised to start',
  ],
  [
    'not-taken',
    'not taking, not taken, denies taking, denies use of, denies using, denies any, refused, refuses, declined, declines, never took, never taken, ran out of, out of, noncompliant with, nonadherent with, not on, no longer taking, no longer on, stopped himself, was not taking, has not taken, did not take, not been taking, avoid, avoiding, avoids, has not been taking',
  ],
  [
    'active',
    'continue, continues, continued, continuing, continue home, takes, taking, take, is on, on, home, currently on, currently taking, maintained on, remains on, using, uses, keep on, cont',
  ],
]);

/** Words after it. */
export const statusAfter = tableOf<DrugStatus>([
  [
    'stopped',
    'was stopped, were stopped, stopped, was discontinued, were discontinued, discontinued, has been stopped, has been discontinued, was d/c, d/ced, dced, was dced, completed',
  ],
  ['held', 'was held, were held, held, is held, is on hold, on hold, being held, are held, has been held'],
  [
    'started',
    'was started, were started, started, was initiated, initiated, was added, added, was restarted, restarted, was resumed, resumed, is started, has been started',
  ],
  [
    'changed',
    'was increased, were increased, increased, was decreased, decreased, was changed, changed, was reduced, was adjusted, was tapered, was titrated',
  ],
  ['given', 'was given, were given, given, was administered, administered, x1 given, given in ed'],
  ['not-taken', 'was refused, refused, declined, not taken, was declined, was not given, not given'],
]);
