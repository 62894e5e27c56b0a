import type { DataSet } from './dataset.ts';
import { dicomErrors } from './errors.data.ts';
import { type DicomTime, dateTime, elapsed, fullDateTime } from './time.ts';

export interface SuvFactor {
  /** SUV by body weight, g/mL, of a stored activity concentration of 1. */
  readonly factor: number;
  /** How it was made, in words. */
  readonly how: string;
}

/**
 * Standardized uptake value by body weight: activity concentration × weight / dose, the dose decayed to the time the activity
 * was corrected to (QIBA FDG-PET/CT profile, vendor-neutral computation of SUV). Units BQML; CNTS with Philips' own factor;
 * GML is SUV already where SUV Type says body weight or nothing.
 * @throws dicom-uncalibrated
 */
export function suvFactor(dataSet: DataSet, file: string): SuvFactor {
  const fail = (element: string, says: string) =>
    dicomErrors.error('dicom-uncalibrated', `${file}: no SUV, ${says}`, { file, element });
  const units = dataSet.text('Units');
  if (units === 'GML') {
    const type = dataSet.text('SUVType') ?? 'BW';
    if (type !== 'BW') throw fail('SUVType', `the uptake is by ${type}, not by body weight`);
    return { factor: 1, how: 'given as SUV by body weight' };
  }
  if (units === 'CNTS') {
    const own = dataSet.private(0x7053, 'Philips PET Private Group', 0x00);
    const factor =
      own === undefined ? Number.NaN : Number(String.fromCharCode(...own.value.subarray(0, 32)).replace(/[\0 ]+$/, ''));
    if (!(factor > 0)) throw fail('Units', 'the images are in counts without a factor');
    return { factor, how: 'counts by the factor of the scanner' };
  }
  if (units !== 'BQML') throw fail('Units', `units ${units ?? 'missing'} are not known`);
  const corrected = dataSet.strings('CorrectedImage');
  for (const need of ['ATTN', 'DECY']) {
    if (!corrected.includes(need)) throw fail('CorrectedImage', `the images are not corrected for ${need}`);
  }
  const weight = dataSet.number('PatientWeight');
  if (weight === null || !(weight > 0)) throw fail('PatientWeight', 'the body weight is missing');
  const drug = dataSet.item('RadiopharmaceuticalInformationSequence');
  const dose = drug?.number('RadionuclideTotalDose') ?? null;
  const halfLife = drug?.number('RadionuclideHalfLife') ?? null;
  if (drug === null || dose === null || !(dose > 0)) throw fail('RadionuclideTotalDose', 'the dose is missing');
  if (halfLife === null || !(halfLife > 0)) throw fail('RadionuclideHalfLife', 'the half-life is missing');
  const correction = dataSet.text('DecayCorrection');
  if (correction === 'ADMIN') {
    return { factor: (weight * 1000) / dose, how: 'decay corrected to the injection' };
  }
  if (correction !== 'START') throw fail('DecayCorrection', `decay correction is ${correction ?? 'missing'}`);
  const scan = scanStart(dataSet);
  if (scan === null) throw fail('SeriesTime', 'the time the scan began cannot be told');
  const given = injection(dataSet, drug, scan);
  if (given === null) throw fail('RadiopharmaceuticalStartTime', 'the time of injection is missing');
  const seconds = elapsed(given, scan) / 1000;
  if (seconds < 0 || seconds > 24 * 3600)
    throw fail('RadiopharmaceuticalStartTime', `${seconds} s from injection to scan`);
  const decayed = dose * 2 ** (-seconds / halfLife);
  return {
    factor: (weight * 1000) / decayed,
    how: `dose decayed over ${seconds} s from injection to the start of the scan`,
  };
}

/** What the images were corrected to: the series began, unless it says to have begun after its first acquisition. */
function scanStart(dataSet: DataSet): DicomTime | null {
  const series = dateTime(dataSet.text('SeriesDate'), dataSet.text('SeriesTime'));
  const acquired = dateTime(dataSet.text('AcquisitionDate'), dataSet.text('AcquisitionTime'));
  if (series !== null && !series.dateOnly && (acquired === null || elapsed(series, acquired) >= 0)) return series;
  const own = dataSet.private(0x0009, 'GEMS_PETD_01', 0x0d);
  return own === undefined
    ? null
    : fullDateTime(String.fromCharCode(...own.value.subarray(0, 26)).replace(/[\0 ]+$/, ''));
}

/** A time without a date is of the day of the scan, or the day before where it would follow the scan. */
function injection(dataSet: DataSet, drug: DataSet, scan: DicomTime): DicomTime | null {
  const whole = fullDateTime(drug.text('RadiopharmaceuticalStartDateTime'));
  if (whole !== null) return whole;
  const time = dateTime(dataSet.text('SeriesDate'), drug.text('RadiopharmaceuticalStartTime'));
  if (time === null || time.dateOnly) return null;
  return elapsed(time, scan) < 0 ? { ...time, local: time.local - 86_400_000 } : time;
}
