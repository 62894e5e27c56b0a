/**
 * The UVA/Padova type 1 model: 13 states. Dalla Man, Rizza, Cobelli, IEEE TBME 2007, doi:10.1109/TBME.2007.893506
 * (glucose and insulin), Dalla Man, Camilleri, Cobelli, IEEE TBME 2006, doi:10.1109/TBME.2006.883792 (gut) and
 * Kovatchev, Breton, Dalla Man, Cobelli, J Diabetes Sci Technol 2009;3:44, doi:10.1177/193229680900300106 (type 1).
 * Its parts, in the order they are read: parameters.ts, constants.ts, states.data.ts, uva-padova.ts, integrate.ts.
 */
export * from './constants.ts';
export * from './integrate.ts';
export * from './states.data.ts';
