/**
 * What propofol and remifentanil do together at rest, from their concentrations at the site of effect: Bouillon TW et al., Anesthesiology
 * 2004;100:1353-1372, doi:10.1097/00000542-200406000-00006; twenty volunteers. The tolerance of laryngoscopy is a quantity of propofol's twin;
 * the index is not part of it: its own is Eleveld's, whose curve was estimated without remifentanil.
 */

/** Half of the largest effect on the index: propofol in ug/mL, remifentanil in ng/mL; steepness; index when awake. */
const INDEX = { propofol: 4.47, remifentanil: 19.3, steepness: 1.43, awake: 97.4 };
/** Tolerance of laryngoscopy: the opioid weakens the stimulus, propofol suppresses the answer to what is left of it. */
const LARYNGOSCOPY = { propofol: 8.04, remifentanil: 1.07, stimulus: 1.05, opioidSteepness: 0.97, steepness: 5.1 };

const share = (x: number, half: number, steepness: number) => x ** steepness / (x ** steepness + half ** steepness);

/** Bispectral index: both add up, each in units of its half-effect concentration. */
export function indexOfBoth(propofol: number, remifentanil: number): number {
  const units = propofol / INDEX.propofol + remifentanil / INDEX.remifentanil;
  return INDEX.awake * (1 - share(units, 1, INDEX.steepness));
}

/** Chance that laryngoscopy is tolerated: remifentanil alone does nothing, and makes propofol do more than the sum. */
export function toleranceOfLaryngoscopy(propofol: number, remifentanil: number): number {
  const { stimulus, opioidSteepness, steepness } = LARYNGOSCOPY;
  const left = stimulus * (1 - share(remifentanil, LARYNGOSCOPY.remifentanil * stimulus, opioidSteepness));
  return share(propofol, LARYNGOSCOPY.propofol * left, steepness);
}
