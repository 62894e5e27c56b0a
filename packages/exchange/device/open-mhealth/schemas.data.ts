import { type Coding, coding, GEMEL, LOINC, SNOMED } from '@gemel/core/concept';
import {
  BODY_FAT,
  BODY_HEIGHT,
  BODY_MASS_INDEX,
  BODY_WEIGHT,
  CALORIES_BURNED,
  HEART_RATE,
  PULSE_OXIMETRY,
  RESPIRATORY_RATE,
  SLEEP_DURATION,
  STEPS,
} from '../measures.data.ts';

/** Units of Open mHealth's unit-value schemas, by family, in UCUM. */
const SECONDS = { ps: 'ps', ns: 'ns', us: 'us', ms: 'ms', sec: 's', min: 'min', h: 'h', d: 'd', wk: 'wk' } as const;
export const DURATION: Units = { ...SECONDS, Mo: 'mo', yr: 'a' };
const MASS: Units = {
  ...{ fg: 'fg', pg: 'pg', ng: 'ng', ug: 'ug', mg: 'mg', g: 'g', kg: 'kg' },
  ...{ MetricTon: 't', gr: '[gr]', oz: '[oz_av]', lb: '[lb_av]', Ton: '[ston_av]' },
};
export const LENGTH: Units = {
  ...{ fm: 'fm', pm: 'pm', nm: 'nm', um: 'um', mm: 'mm', cm: 'cm', m: 'm', km: 'km' },
  ...{ in: '[in_i]', ft: '[ft_i]', yd: '[yd_i]', mi: '[mi_i]' },
};
export const TEMPERATURE: Units = { K: 'K', F: '[degF]', C: 'Cel' };
export const PRESSURE: Units = { mmHg: 'mm[Hg]' };
export const PERCENT: Units = { '%': '%' };
export const ENERGY: Units = { kcal: 'kcal' };
const STEP_UNITS: Units = { '': '{steps}', steps: '{steps}' };

export type Units = Readonly<Record<string, string>>;

/** One measured property of a body: `{value, unit}`, or a bare number where the units have ''. */
export interface Measure {
  readonly codings: readonly Coding[];
  readonly units: Units;
}

/** What no standard names, or not surely: Open mHealth's own name. */
const own = (name: string, display: string, ...more: readonly Coding[]): readonly Coding[] => [
  ...more,
  coding(GEMEL, `omh.${name}`, display),
];
const snomed = (code: string, display: string) => coding(SNOMED, code, display);

/**
 * Measured properties of the Open mHealth (and IEEE 1752.1) schemas that stand alone, with the codes the schemas' references
 * name (github.com/openmhealth/schemas). Blood pressure, glucose, temperature and oxygen saturation have makers of their own.
 */
export const MEASURES: Readonly<Record<string, Measure>> = {
  heart_rate: { codings: HEART_RATE, units: { 'beats/min': '/min' } },
  respiratory_rate: { codings: RESPIRATORY_RATE, units: { 'breaths/min': '/min' } },
  body_weight: { codings: BODY_WEIGHT, units: MASS },
  body_height: { codings: BODY_HEIGHT, units: LENGTH },
  body_mass_index: { codings: BODY_MASS_INDEX, units: { 'kg/m^2': 'kg/m2', 'kg/m2': 'kg/m2' } },
  body_fat_percentage: { codings: BODY_FAT, units: PERCENT },
  oxygen_saturation: { codings: PULSE_OXIMETRY.slice(1), units: PERCENT },
  supplemental_oxygen_flow_rate: {
    codings: [coding(LOINC, '3151-8', 'Inhaled oxygen flow rate')],
    units: { 'L/min': 'L/min' },
  },
  step_count: { codings: STEPS, units: STEP_UNITS },
  kcal_burned: { codings: CALORIES_BURNED, units: ENERGY },
  sleep_duration: { codings: SLEEP_DURATION, units: DURATION },
  total_sleep_time: { codings: SLEEP_DURATION, units: DURATION },
  latency_to_sleep_onset: { codings: own('latency-to-sleep-onset', 'Latency to sleep onset'), units: DURATION },
  latency_to_arising: { codings: own('latency-to-arising', 'Latency to arising'), units: DURATION },
  wake_after_sleep_onset: { codings: own('wake-after-sleep-onset', 'Wake after sleep onset'), units: DURATION },
  number_of_awakenings: { codings: own('number-of-awakenings', 'Awakenings'), units: { '': '{awakenings}' } },
  sleep_maintenance_efficiency_percentage: {
    codings: own('sleep-maintenance-efficiency', 'Sleep maintenance efficiency'),
    units: PERCENT,
  },
  rr_interval: { codings: own('rr-interval', 'R-R interval'), units: DURATION },
  ambient_temperature: {
    codings: own('ambient-temperature', 'Ambient temperature', snomed('250825003', 'Ambient temperature')),
    units: TEMPERATURE,
  },
  breath_carbon_monoxide: {
    codings: own(
      'breath-carbon-monoxide',
      'Carbon monoxide in breath',
      snomed('251900003', 'Expired carbon monoxide concentration'),
    ),
    units: { ppm: '[ppm]' },
  },
  minute_volume: {
    codings: own('minute-volume', 'Minute volume', snomed('250811004', 'Minute volume')),
    units: { 'mL/min': 'mL/min', 'L/min': 'L/min' },
  },
  inspiratory_time: {
    codings: own('inspiratory-time', 'Inspiratory time', snomed('250819002', 'Inspiratory time')),
    units: DURATION,
  },
  expiratory_time: {
    codings: own('expiratory-time', 'Expiratory time', snomed('250820008', 'Expiratory time')),
    units: DURATION,
  },
  ventilation_cycle_time: {
    codings: own('ventilation-cycle-time', 'Ventilation cycle time', snomed('250818005', 'Ventilation cycle time')),
    units: DURATION,
  },
  minutes_moderate_activity: {
    codings: own('minutes-moderate-activity', 'Minutes of moderate activity'),
    units: { min: 'min' },
  },
  medication_adherence_percent: { codings: own('medication-adherence', 'Medication adherence'), units: PERCENT },
  speed: { codings: own('speed', 'Speed'), units: { 'm/s': 'm/s', 'km/h': 'km/h' } },
  pace: { codings: own('pace', 'Pace'), units: { 'min/mi': 'min/[mi_i]', 'min/km': 'min/km' } },
  latitude: { codings: own('latitude', 'Latitude'), units: { deg: 'deg', rad: 'rad' } },
  longitude: { codings: own('longitude', 'Longitude'), units: { deg: 'deg', rad: 'rad' } },
  elevation: { codings: own('elevation', 'Elevation'), units: LENGTH },
  ...axes('acceleration', 'Acceleration', { 'm/s^2': 'm/s2' }),
  ...axes('angular_velocity', 'Angular velocity', { 'rad/s': 'rad/s', 'deg/s': 'deg/s' }),
  ...axes('magnetic_field_strength', 'Magnetic flux density', { nT: 'nT', uT: 'uT', mT: 'mT', T: 'T' }),
};

function axes(name: string, display: string, units: Units): Record<string, Measure> {
  return Object.fromEntries(
    ['x', 'y', 'z'].map((axis) => [
      `${name}_${axis}`,
      { codings: own(`${name.replaceAll('_', '-')}-${axis}`, `${display}, ${axis}`), units },
    ]),
  );
}

/** Specimens of the blood glucose schemas, by the kind of glucose they make; breath, saliva and their like make none known here. */
export const SPECIMENS: Readonly<Record<string, 'interstitial' | 'capillary' | 'blood' | 'plasma'>> = {
  'interstitial fluid': 'interstitial',
  'capillary blood': 'capillary',
  'whole blood': 'blood',
  plasma: 'plasma',
  serum: 'plasma',
};

/** Properties that qualify a value: kept as notes of the observation. */
export const CONTEXT: readonly string[] = [
  'body_posture',
  'position_during_measurement',
  'measurement_location',
  'sensor_body_location',
  'temporal_relationship_to_meal',
  'temporal_relationship_to_sleep',
  'temporal_relationship_to_physical_activity',
  'blood_specimen_type',
  'specimen_source',
  'measurement_method',
  'system',
  'oxygen_therapy_mode_of_administration',
  'minute_volume_type',
  'reported_activity_intensity',
  'user_notes',
];

/** Properties by which a body without a header is known, besides the measures. */
export const OTHER_SIGNS: readonly string[] = [
  'systolic_blood_pressure',
  'diastolic_blood_pressure',
  'blood_glucose',
  'body_temperature',
  'activity_name',
  'effective_time_frame',
  'medication',
  'rxnorm_code',
  'reason_for_missing_dose',
  'quantity_type',
  'category_type',
  'correlation_type',
  'time_interval',
  'number_of_times',
  'time_window',
];

/** Names of Open mHealth's schemas in file names: `omh-heart-rate-1.0-…`, `omh_heart-rate_2-0`, `granola-hk-workout-1.0`. */
export const NAMED = /(?:^|[/\\])(omh|ieee|granola)[-_:]([a-z][a-z-]*[a-z])[-_:](\d+[.-]\d+|\d+\.x)/;
