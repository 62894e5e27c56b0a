/** Weight in kg, height in cm throughout. */

/** Body surface in m²: Mosteller, N Engl J Med 1987;317:1098. */
export function mosteller(weight: number, height: number): number {
  return Math.sqrt((weight * height) / 3600);
}

/** Body surface in m²: Du Bois and Du Bois, Arch Intern Med 1916;17:863. */
export function duBois(weight: number, height: number): number {
  return 0.007184 * weight ** 0.425 * height ** 0.725;
}

/** Body surface in m²: Gehan and George, Cancer Chemother Rep 1970;54:225. */
export function gehanGeorge(weight: number, height: number): number {
  return 0.0235 * weight ** 0.51456 * height ** 0.42246;
}

/** Ideal body weight in kg: Devine, Drug Intell Clin Pharm 1974;8:650. */
export function idealWeight(height: number, female: boolean): number {
  return (female ? 45.5 : 50) + 0.9055 * (height - 152.4);
}

/** Ideal weight and a share of what lies above it, 0.4 as customary for aminoglycosides. */
export function adjustedWeight(weight: number, height: number, female: boolean, share = 0.4): number {
  const ideal = idealWeight(height, female);
  return weight <= ideal ? weight : ideal + share * (weight - ideal);
}

/** Fat-free mass in kg of adults: Janmahasatian, Clin Pharmacokinet 2005;44:1051. */
export function fatFreeMass(weight: number, height: number, female: boolean): number {
  const bmi = weight / (height / 100) ** 2;
  return female ? (9270 * weight) / (8780 + 244 * bmi) : (9270 * weight) / (6680 + 216 * bmi);
}

/** Fat-free mass in kg from 3 years on: Al-Sallami, Clin Pharmacokinet 2015;54:1183. Age in years. */
export function fatFreeMassOfAnyAge(weight: number, height: number, age: number, female: boolean): number {
  const maturing = female
    ? 1.11 + (1 - 1.11) / (1 + (age / 7.1) ** -1.1)
    : 0.88 + (1 - 0.88) / (1 + (age / 13.4) ** -12.7);
  return maturing * fatFreeMass(weight, height, female);
}

/** Lean body mass in kg: James, Research on Obesity, HMSO 1976; falls again with weight in the very obese, as in Schnider's and Minto's models. */
export function leanBodyMass(weight: number, height: number, female: boolean): number {
  const square = (weight / height) ** 2;
  return female ? 1.07 * weight - 148 * square : 1.1 * weight - 128 * square;
}

/** Share of adult glomerular filtration reached, postmenstrual age in weeks: Rhodin, Pediatr Nephrol 2009;24:67. */
export function renalMaturation(postmenstrualAge: number): number {
  return postmenstrualAge ** 3.4 / (47.7 ** 3.4 + postmenstrualAge ** 3.4);
}

/** Size relative to 70 kg on the allometric power: 0.75 for clearances, 1 for volumes. */
export function allometric(weight: number, power: number, reference = 70): number {
  return (weight / reference) ** power;
}
