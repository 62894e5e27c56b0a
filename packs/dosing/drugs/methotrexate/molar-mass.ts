/** Molar mass of methotrexate, g/mol. */
export const MOLAR_MASS = 454.44;
/** µmol/L that are 1 mg/L. */
export const UMOL_PER_MG = 1000 / MOLAR_MASS;
