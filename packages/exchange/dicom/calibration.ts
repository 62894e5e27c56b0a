import type { Problem } from '@gemel/core/error';
import type { DataSet } from './dataset.ts';
import { dicomErrors } from './errors.data.ts';
import { type ImagePlane, inMacro } from './plane.ts';
import { suvFactor } from './suv.ts';

/** How stored values become calibrated ones. */
export interface Calibration {
  readonly slope: number;
  readonly intercept: number;
  /** Modality LUT: the value of each stored number from `first` on; beyond its ends the last one holds. */
  readonly table?: { readonly first: number; readonly values: readonly number[] };
  readonly unit: string;
  readonly meaning: string;
  readonly marks: readonly Problem[];
}

export interface CalibrationOptions {
  /** PET as standardized uptake by body weight instead of activity. */
  readonly suv?: boolean;
}

/** Units of PET images (PS3.3, C.8.9.1.1.3) in UCUM. */
const PET_UNITS: Readonly<Record<string, string>> = {
  BQML: 'Bq/mL',
  CNTS: '{counts}',
  CPS: '{counts}/s',
  GML: 'g/mL',
  PROPCNTS: '{counts}',
  PROPCPS: '{counts}/s',
  '1CM': '/cm',
  PCNT: '%',
  NONE: '1',
};

/** Rescale types (PS3.3, C.11.1.1.2) in UCUM. */
const RESCALE_UNITS: Readonly<Record<string, readonly [unit: string, meaning: string]>> = {
  HU: ["[hnsf'U]", 'CT number'],
  OD: ['10*-3{OD}', 'optical density'],
  MGML: ['mg/mL', 'concentration'],
  Z_EFF: ['{Z_eff}', 'effective atomic number'],
  ED: ['10*23/mL', 'electron density'],
  PCT: ['%', 'percentage'],
};
const ARBITRARY = "[arb'U]";

/**
 * What the values of a plane mean: rescale values of the image or its functional groups, a modality table, a dose scaling, or
 * real-world values with a unit.
 * @throws dicom-uncalibrated
 */
export function calibrationOf(plane: ImagePlane, options: CalibrationOptions = {}): Calibration {
  const { file, groups } = plane;
  const { dataSet, name } = file;
  const fail = (element: string, says: string) =>
    dicomErrors.error('dicom-uncalibrated', `${name}: ${says}`, { file: name, element });
  const modality = dataSet.text('Modality') ?? '';
  const marks: Problem[] = [];
  if (dataSet.text('LossyImageCompression') === '01' || file.syntax.lossless === false) {
    const message = `${name} was compressed with loss`;
    marks.push(dicomErrors.problem('dicom-lossy', message, { file: name, element: 'LossyImageCompression' }));
  }
  const dose = dataSet.number('DoseGridScaling');
  if (modality === 'RTDOSE') {
    const units = dataSet.text('DoseUnits');
    if (dose === null || !Number.isFinite(dose) || units === null)
      throw fail('DoseGridScaling', 'the dose has no scaling or unit');
    return { slope: dose, intercept: 0, unit: units === 'GY' ? 'Gy' : '%', meaning: 'dose', marks };
  }
  const [slope = null] = inMacro(groups, 'PixelValueTransformationSequence', 'RescaleSlope');
  const [intercept = null] = inMacro(groups, 'PixelValueTransformationSequence', 'RescaleIntercept');
  const type = textInMacro(groups, 'PixelValueTransformationSequence', 'RescaleType');
  if (
    (slope === null) !== (intercept === null) ||
    slope === 0 ||
    Number.isNaN(slope ?? 0) ||
    Number.isNaN(intercept ?? 0)
  ) {
    throw fail('RescaleSlope', 'the rescale values are not whole');
  }
  const lut = dataSet.item('ModalityLUTSequence');
  if (lut !== null && slope === null) return { ...modalityTable(lut, fail), marks };
  const real = slope === null ? realWorld(groups) : null;
  if (real !== null) return { ...real, marks };
  const scale = { slope: slope ?? 1, intercept: intercept ?? 0 };
  if (modality === 'PT') {
    const units = dataSet.text('Units') ?? '';
    const unit = PET_UNITS[units];
    if (unit === undefined || slope === null)
      throw fail('Units', `units ${units || 'missing'} or rescale values are missing`);
    if (!options.suv) {
      const meaning = units === 'BQML' ? 'activity concentration' : units === 'GML' ? 'SUV' : 'PET signal';
      return { ...scale, unit, meaning, marks };
    }
    const { factor, how } = suvFactor(dataSet, name);
    const meaning = `SUV body weight, ${how}`;
    return { slope: scale.slope * factor, intercept: scale.intercept * factor, unit: 'g/mL', meaning, marks };
  }
  if (modality === 'CT') {
    if (slope === null) throw fail('RescaleSlope', 'a CT image without rescale values has no CT numbers');
    const found = RESCALE_UNITS[type ?? 'HU'];
    if (found === undefined) return { ...scale, unit: ARBITRARY, meaning: `rescaled, ${type}`, marks };
    return { ...scale, unit: found[0], meaning: found[1], marks };
  }
  const found = type === null ? undefined : RESCALE_UNITS[type];
  return { ...scale, unit: found?.[0] ?? ARBITRARY, meaning: found?.[1] ?? `${modality || 'image'} signal`, marks };
}

function textInMacro(groups: readonly DataSet[], macro: string, keyword: string): string | null {
  for (const group of groups) {
    const text = (group.item(macro) ?? group).text(keyword);
    if (text !== null) return text;
  }
  return null;
}

/** A linear real-world mapping whose unit is of UCUM (PS3.3, C.7.6.16.2.11). */
function realWorld(groups: readonly DataSet[]): Omit<Calibration, 'marks'> | null {
  for (const group of groups) {
    for (const item of group.sequence('RealWorldValueMappingSequence')) {
      const slope = item.number('RealWorldValueSlope');
      const intercept = item.number('RealWorldValueIntercept');
      const unit = item.item('MeasurementUnitsCodeSequence');
      if (slope === null || intercept === null || unit?.text('CodingSchemeDesignator') !== 'UCUM') continue;
      const quantity = item.item('QuantityDefinitionSequence')?.item('ConceptCodeSequence')?.text('CodeMeaning');
      const meaning = item.text('LUTLabel') ?? quantity ?? unit.text('CodeMeaning') ?? 'real-world value';
      return { slope, intercept, unit: unit.text('CodeValue') ?? '1', meaning };
    }
  }
  return null;
}

function modalityTable(lut: DataSet, fail: (element: string, says: string) => Error): Omit<Calibration, 'marks'> {
  const [count = 0, first = 0, bits = 16] = lut.numbers('LUTDescriptor');
  const bytes = lut.bytes('LUTData') ?? new Uint8Array(0);
  const size = count & 0xffff || 65_536;
  const wide = bytes.length >= 2 * size;
  if (bytes.length < size || (!wide && bits > 8)) throw fail('LUTData', 'the modality table is not whole');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const values = Array.from({ length: size }, (_, i) => (wide ? view.getUint16(2 * i, true) : view.getUint8(i)));
  const [unit, meaning] = RESCALE_UNITS[lut.text('ModalityLUTType') ?? ''] ?? [ARBITRARY, 'rescaled'];
  return { slope: 1, intercept: 0, table: { first, values }, unit, meaning };
}
