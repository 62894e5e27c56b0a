/** Creatinine in mg/dL per µmol/L. */
export const MG_PER_DL_PER_UMOL_PER_L = 1 / 88.42;

/** Creatinine clearance in mL/min: Cockcroft and Gault, Nephron 1976;16:31. Age in years, weight in kg, creatinine in mg/dL. */
export function cockcroftGault(age: number, weight: number, creatinine: number, female: boolean): number {
  return (((140 - age) * weight) / (72 * creatinine)) * (female ? 0.85 : 1);
}

/** Glomerular filtration in mL/min per 1.73 m², without race: CKD-EPI 2021, Inker, N Engl J Med 2021;385:1737. */
export function ckdEpi2021(age: number, creatinine: number, female: boolean): number {
  const kappa = female ? 0.7 : 0.9;
  const alpha = female ? -0.241 : -0.302;
  const ratio = creatinine / kappa;
  return 142 * Math.min(ratio, 1) ** alpha * Math.max(ratio, 1) ** -1.2 * 0.9938 ** age * (female ? 1.012 : 1);
}

/** Glomerular filtration in mL/min per 1.73 m², standardised creatinine, without race: MDRD, Levey, Ann Intern Med 2006;145:247. */
export function mdrd(age: number, creatinine: number, female: boolean): number {
  return 175 * creatinine ** -1.154 * age ** -0.203 * (female ? 0.742 : 1);
}

/** Glomerular filtration in mL/min per 1.73 m² of 1 to 16 years, height in cm: Schwartz, J Am Soc Nephrol 2009;20:629. */
export function bedsideSchwartz(height: number, creatinine: number): number {
  return (0.413 * height) / creatinine;
}

/** Filtration per 1.73 m² as that of a body of this surface, m². */
export function absolute(perSurface: number, surface: number): number {
  return (perSurface * surface) / 1.73;
}
