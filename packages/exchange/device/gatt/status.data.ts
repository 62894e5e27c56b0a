/** Words for the status bits of the Bluetooth health services (Bluetooth SIG, GATT Specification Supplement), by bit. */
export type StatusBits = Readonly<Record<number, string>>;

/** Blood Pressure Measurement, measurement status; bits 3 and 4 together are the range of the pulse rate. */
export const PRESSURE_STATUS: StatusBits = {
  0: 'body movement',
  1: 'cuff too loose',
  2: 'irregular pulse',
  5: 'improper position',
};

/** Pulse oximetry, measurement status: the bits that raise a doubt. */
export const OXIMETRY_STATUS: StatusBits = {
  6: 'early estimate',
  10: 'demonstration data',
  11: 'test data',
  12: 'calibration going on',
  13: 'measurement unavailable',
  14: 'questionable measurement',
  15: 'invalid measurement',
};

/** Pulse oximetry, device and sensor status: the bits that raise a doubt. */
export const SENSOR_STATUS: StatusBits = {
  1: 'equipment malfunction',
  2: 'irregular signal processing',
  3: 'inadequate signal',
  4: 'poor signal',
  5: 'low perfusion',
  6: 'erratic signal',
  7: 'no pulse in the signal',
  8: 'questionable pulse',
  10: 'sensor interference',
  11: 'sensor not on the user',
  12: 'unknown sensor',
  13: 'sensor displaced',
  14: 'sensor malfunction',
  15: 'sensor disconnected',
};

/** Glucose Measurement, sensor status annunciation. */
export const GLUCOSE_STATUS: StatusBits = {
  0: 'battery low',
  1: 'sensor malfunction',
  2: 'sample too small',
  3: 'strip inserted wrongly',
  4: 'wrong strip',
  5: 'result above what the device can process',
  6: 'result below what the device can process',
  7: 'too warm',
  8: 'too cold',
  9: 'strip pulled too soon',
  10: 'general fault',
  11: 'time fault',
};

/** Bits under which no number may be used: what was measured is not the person's. */
export const UNUSABLE: ReadonlySet<string> = new Set([
  'demonstration data',
  'test data',
  'invalid measurement',
  'measurement unavailable',
]);

/** Glucose Measurement, type: the kinds of glucose known here. 10 is control solution. */
export const GLUCOSE_TYPES: Readonly<Record<number, 'capillary' | 'blood' | 'plasma' | 'interstitial'>> = {
  1: 'capillary',
  2: 'plasma',
  3: 'blood',
  4: 'plasma',
  5: 'blood',
  6: 'plasma',
  7: 'blood',
  8: 'plasma',
  9: 'interstitial',
};

/** Temperature Measurement, type: where it was taken, in the words of TEMPERATURE_AT. */
export const TEMPERATURE_SITES: Readonly<Record<number, string>> = {
  1: 'axillary',
  2: 'body',
  3: 'ear',
  4: 'finger',
  5: 'gastrointestinal',
  6: 'oral',
  7: 'rectal',
  8: 'toe',
  9: 'tympanic',
};

/** Glucose Measurement Context, meal. */
export const MEALS: Readonly<Record<number, string>> = {
  1: 'before a meal',
  2: 'after a meal',
  3: 'fasting',
  4: 'casual',
  5: 'at bedtime',
};
