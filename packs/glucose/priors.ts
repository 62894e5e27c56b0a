import type { Prior } from '@gemel/runtime/pack';
import { DISTURBANCES } from './calibrate-coordinates.ts';
import { DISTURBANCE, PARAMETER_COUNT, TWIN_PARAMETERS } from './parameters.ts';
import { POPULATION } from './population.data.ts';
import { samplingScale, typicalPatient, VARIED } from './population.ts';

/**
 * Parameters shown as a person's own. All VARIED parameters are sampled, so that these are marginalised over the rest; these
 * are the ones a record of CGM, insulin and meals narrows most (recovery study: validation/recovery-matched.ts).
 */
export const PERSONAL: readonly string[] = ['Gb', 'Vmx', 'kp3', 'ki', 'kabs', 'kmax', 'b'];

/** The priors of all parameters in the order of every vector, as the pack declares them; values of a typical adult. */
export const priors: readonly Prior[] = TWIN_PARAMETERS.map(({ name, unit, meaning, source }, i) => {
  if (i >= PARAMETER_COUNT) {
    const disturbance = Object.keys(DISTURBANCE)[i - PARAMETER_COUNT] as keyof typeof DISTURBANCE;
    return { name, unit, meaning, source, value: DISTURBANCES[disturbance], personal: false };
  }
  const base = { name, unit, meaning, source, value: typicalPatient('adult')[i] };
  const varied = (VARIED as readonly string[]).indexOf(name);
  if (varied < 0) return { ...base, personal: false };
  const scale = samplingScale(VARIED[varied]);
  if (scale === 'logit of kmin/kmax') return { ...base, personal: false };
  return { ...base, personal: PERSONAL.includes(name), sd: POPULATION.groups.adult.sd[varied], scale };
});
