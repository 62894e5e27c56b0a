import { type Coding, coding, LOINC } from '@gemel/core/concept';
import {
  BLOOD_PRESSURE,
  BODY_FAT,
  BODY_HEIGHT,
  BODY_MASS_INDEX,
  BODY_TEMPERATURE,
  BODY_WEIGHT,
  DIASTOLIC,
  type GLUCOSE,
  HEART_RATE,
  MEAN_PRESSURE,
  PERFUSION_INDEX,
  PULSE_OXIMETRY,
  RESPIRATORY_RATE,
  SYSTOLIC,
  TEMPERATURE_AT,
} from '../measures.data.ts';

/** The code system of ISO/IEEE 11073-10101 in FHIR. */
export const MDC = 'urn:iso:std:iso:11073:10101';
/** Other names senders give it: the older URN, its HL7 OID, and the short name of HL7 version 2. */
export const MDC_SYSTEMS: ReadonlySet<string> = new Set([
  MDC,
  'urn:std:iso:11073:10101',
  'urn:oid:2.16.840.1.113883.6.24',
  'MDC',
]);

const one = (code: string, display: string): readonly Coding[] => [coding(LOINC, code, display)];

/** One code of the nomenclature: its reference id, and what LOINC calls the same. */
export interface MdcCode {
  readonly id: string;
  readonly loinc: readonly Coding[];
}

/**
 * Vital signs of ISO/IEEE 11073-10101 by their 32-bit numbers (partition · 2^16 + term), with LOINC. Sources: the numbers as in
 * the HL7 Personal Health Device guide (hl7.org/fhir/uv/phd) and the Rosetta terms (rtmms.nist.gov); the pairs as in that guide
 * and the LOINC/IEEE mapping table. A pressure of a line (ART, ABP) is not that of a cuff and keeps codes of its own.
 */
export const MDC_CODES: Readonly<Record<number, MdcCode>> = {
  147842: { id: 'MDC_ECG_HEART_RATE', loinc: HEART_RATE },
  149514: { id: 'MDC_PULS_RATE', loinc: HEART_RATE },
  149522: { id: 'MDC_BLD_PULS_RATE_INV', loinc: HEART_RATE },
  149530: { id: 'MDC_PULS_OXIM_PULS_RATE', loinc: HEART_RATE },
  149546: { id: 'MDC_PULS_RATE_NON_INV', loinc: HEART_RATE },
  150020: { id: 'MDC_PRESS_BLD_NONINV', loinc: BLOOD_PRESSURE },
  150021: { id: 'MDC_PRESS_BLD_NONINV_SYS', loinc: SYSTOLIC },
  150022: { id: 'MDC_PRESS_BLD_NONINV_DIA', loinc: DIASTOLIC },
  150023: { id: 'MDC_PRESS_BLD_NONINV_MEAN', loinc: MEAN_PRESSURE },
  150301: { id: 'MDC_PRESS_CUFF_SYS', loinc: SYSTOLIC },
  150302: { id: 'MDC_PRESS_CUFF_DIA', loinc: DIASTOLIC },
  150303: { id: 'MDC_PRESS_CUFF_MEAN', loinc: MEAN_PRESSURE },
  150364: { id: 'MDC_TEMP_BODY', loinc: BODY_TEMPERATURE },
  150392: { id: 'MDC_TEMP_TYMP', loinc: TEMPERATURE_AT.tympanic! },
  150448: { id: 'MDC_PULS_OXIM_PERF_REL', loinc: PERFUSION_INDEX },
  150456: { id: 'MDC_PULS_OXIM_SAT_O2', loinc: PULSE_OXIMETRY },
  151562: { id: 'MDC_RESP_RATE', loinc: RESPIRATORY_RATE },
  151578: { id: 'MDC_TTHOR_RESP_RATE', loinc: RESPIRATORY_RATE },
  151594: { id: 'MDC_CO2_RESP_RATE', loinc: RESPIRATORY_RATE },
  160220: { id: 'MDC_CONC_HBA1C', loinc: one('4548-4', 'Hemoglobin A1c/Hemoglobin.total in Blood') },
  188420: { id: 'MDC_TEMP_RECT', loinc: TEMPERATURE_AT.rectal! },
  188424: { id: 'MDC_TEMP_ORAL', loinc: TEMPERATURE_AT.oral! },
  188428: { id: 'MDC_TEMP_EAR', loinc: BODY_TEMPERATURE },
  188432: { id: 'MDC_TEMP_FINGER', loinc: BODY_TEMPERATURE },
  188448: { id: 'MDC_TEMP_TOE', loinc: BODY_TEMPERATURE },
  188452: { id: 'MDC_TEMP_AXILLA', loinc: TEMPERATURE_AT.axillary! },
  188456: { id: 'MDC_TEMP_GIT', loinc: BODY_TEMPERATURE },
  188736: { id: 'MDC_MASS_BODY_ACTUAL', loinc: BODY_WEIGHT },
  188740: { id: 'MDC_LEN_BODY_ACTUAL', loinc: BODY_HEIGHT },
  188748: { id: 'MDC_BODY_FAT', loinc: BODY_FAT },
  188752: { id: 'MDC_RATIO_MASS_BODY_LEN_SQ', loinc: BODY_MASS_INDEX },
};

/** Concentrations of glucose: LOINC tells mass from amount of substance, so that the unit decides. */
export const MDC_GLUCOSE: Readonly<Record<number, { readonly id: string; readonly kind: keyof typeof GLUCOSE }>> = {
  160184: { id: 'MDC_CONC_GLU_CAPILLARY_WHOLEBLOOD', kind: 'capillary' },
  160188: { id: 'MDC_CONC_GLU_CAPILLARY_PLASMA', kind: 'plasma' },
  160192: { id: 'MDC_CONC_GLU_VENOUS_WHOLEBLOOD', kind: 'blood' },
  160196: { id: 'MDC_CONC_GLU_VENOUS_PLASMA', kind: 'plasma' },
  160200: { id: 'MDC_CONC_GLU_ARTERIAL_WHOLEBLOOD', kind: 'blood' },
  160204: { id: 'MDC_CONC_GLU_ARTERIAL_PLASMA', kind: 'plasma' },
  160212: { id: 'MDC_CONC_GLU_ISF', kind: 'interstitial' },
  160364: { id: 'MDC_CONC_GLU_UNDETERMINED_WHOLEBLOOD', kind: 'blood' },
  160368: { id: 'MDC_CONC_GLU_UNDETERMINED_PLASMA', kind: 'plasma' },
};

/** Units of the nomenclature (partition 4) in UCUM. */
export const MDC_UNITS: Readonly<Record<number, string>> = {
  262656: '1', // MDC_DIM_DIMLESS
  262688: '%', // MDC_DIM_PERCENT
  263424: 'm', // MDC_DIM_X_M
  263441: 'cm', // MDC_DIM_CENTI_M
  263520: '[in_i]', // MDC_DIM_INCH
  263872: 'g', // MDC_DIM_X_G
  263875: 'kg', // MDC_DIM_KILO_G
  263904: '[lb_av]', // MDC_DIM_LB
  264096: 'kg/m2', // MDC_DIM_KG_PER_M_SQ
  264274: 'mg/dL', // MDC_DIM_MILLI_G_PER_DL
  264320: 's', // MDC_DIM_SEC
  264338: 'ms', // MDC_DIM_MILLI_SEC
  264352: 'min', // MDC_DIM_MIN
  264384: 'h', // MDC_DIM_HR
  264416: 'd', // MDC_DIM_DAY
  264864: '/min', // MDC_DIM_BEAT_PER_MIN
  264928: '/min', // MDC_DIM_RESP_PER_MIN
  265987: 'kPa', // MDC_DIM_KILO_PASCAL
  266016: 'mm[Hg]', // MDC_DIM_MMHG
  266560: '[degF]', // MDC_DIM_FAHR
  266866: 'mmol/L', // MDC_DIM_MILLI_MOLE_PER_L
  268192: 'Cel', // MDC_DIM_DEGC
};
