/** Kinds of events in the calendar. */
export const EVENT = { resume: 0, arrive: 1, capacity: 2, patience: 3, gather: 4, act: 5 } as const;

/** Which of a customer's numbers at a step is meant; its own functions have 0 to 7 where it does not hold, 8 to 15 where it does. */
export const DRAW = { held: 8, hold: 16, patience: 17, shuffle: 18, branch: 19 } as const;
