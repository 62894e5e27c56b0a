/** HL7 v3 ActReason, which PurposeOfUse is a branch of. */
export const HL7_PURPOSE = 'http://terminology.hl7.org/CodeSystem/v3-ActReason';
/** Exchange purposes of TEFCA (Exchange Purposes SOP 5.1, table 1). */
export const TEFCA_PURPOSE = 'urn:oid:2.16.840.1.113883.3.7204.1.5.2.1';
/** Purposes that no code system has a word for, and that are refused by name. */
export const GEMEL_PURPOSE = 'https://gemel.example.org/purpose';

/** PurposeOfUse (THO ActReason 4.0.0): code → what it is a kind of, and what it is called. */
export const HL7_PURPOSES: Readonly<Record<string, readonly [parent: string | null, title: string]>> = {
  HMARKT: [null, 'healthcare marketing'],
  HOPERAT: [null, 'healthcare operations'],
  CAREMGT: ['HOPERAT', 'care management'],
  DONAT: ['HOPERAT', 'donation'],
  FRAUD: ['HOPERAT', 'fraud'],
  GOV: ['HOPERAT', 'government'],
  HACCRED: ['HOPERAT', 'health accreditation'],
  HCOMPL: ['HOPERAT', 'health compliance'],
  HDECD: ['HOPERAT', 'decedent'],
  HDIRECT: ['HOPERAT', 'directory'],
  HDM: ['HOPERAT', 'healthcare delivery management'],
  HLEGAL: ['HOPERAT', 'legal'],
  HOUTCOMS: ['HOPERAT', 'health outcome measure'],
  HPRGRP: ['HOPERAT', 'health program reporting'],
  HQUALIMP: ['HOPERAT', 'health quality improvement'],
  HSYSADMIN: ['HOPERAT', 'health system administration'],
  LABELING: ['HSYSADMIN', 'labeling'],
  METAMGT: ['HSYSADMIN', 'metadata management'],
  MEMADMIN: ['HOPERAT', 'member administration'],
  MILCDM: ['HOPERAT', 'military command'],
  MLTRAINING: ['HOPERAT', 'machine learning training'],
  PATADMIN: ['HOPERAT', 'patient administration'],
  PATSFTY: ['HOPERAT', 'patient safety'],
  PERFMSR: ['HOPERAT', 'performance measure'],
  RECORDMGT: ['HOPERAT', 'records management'],
  SYSDEV: ['HOPERAT', 'system development'],
  HTEST: ['SYSDEV', 'test health data'],
  TRAIN: ['HOPERAT', 'training'],
  HPAYMT: [null, 'healthcare payment'],
  CLMATTCH: ['HPAYMT', 'claim attachment'],
  COVAUTH: ['HPAYMT', 'coverage authorization'],
  COVERAGE: ['HPAYMT', 'coverage under policy or program'],
  ELIGDTRM: ['COVERAGE', 'eligibility determination'],
  ELIGVER: ['COVERAGE', 'eligibility verification'],
  ENROLLM: ['COVERAGE', 'enrollment'],
  MILDCRG: ['COVERAGE', 'military discharge'],
  PMTDS: ['HPAYMT', 'decision support assisted payment decision'],
  REMITADV: ['HPAYMT', 'remittance advice'],
  HRESCH: [null, 'healthcare research'],
  BIORCH: ['HRESCH', 'biomedical research'],
  CLINTRCH: ['HRESCH', 'clinical trial research'],
  CLINTRCHNPC: ['CLINTRCH', 'clinical trial research without patient care'],
  CLINTRCHPC: ['CLINTRCH', 'clinical trial research with patient care'],
  PRECLINTRCH: ['CLINTRCH', 'preclinical trial research'],
  DSRCH: ['HRESCH', 'disease specific healthcare research'],
  POARCH: ['HRESCH', 'population origins or ancestry healthcare research'],
  TRANSRCH: ['HRESCH', 'translational healthcare research'],
  PATRQT: [null, 'patient requested'],
  FAMRQT: ['PATRQT', 'family requested'],
  PWATRNY: ['PATRQT', 'power of attorney'],
  SUPNWK: ['PATRQT', 'support network'],
  PUBHLTH: [null, 'public health'],
  DISASTER: ['PUBHLTH', 'disaster'],
  THREAT: ['PUBHLTH', 'threat'],
  TREAT: [null, 'treatment'],
  CLINTRL: ['TREAT', 'clinical trial'],
  COC: ['TREAT', 'coordination of care'],
  ETREAT: ['TREAT', 'emergency treatment'],
  BTG: ['ETREAT', 'break the glass'],
  ERTREAT: ['ETREAT', 'emergency room treatment'],
  POPHLTH: ['TREAT', 'population health'],
  TREATDS: ['TREAT', 'decision support assisted treatment decision'],
};

/**
 * Exchange purposes of TEFCA and the HL7 purpose each is decided by. Null: no HL7 purpose means the same, so that only a policy
 * that names the exchange purpose itself can permit it.
 */
export const TEFCA_PURPOSES: Readonly<Record<string, readonly [hl7: string | null, title: string]>> = {
  'T-TREAT': ['TREAT', 'treatment'],
  'T-TRTMNT': ['TREAT', 'treatment, required response'],
  'T-PYMNT': ['HPAYMT', 'payment'],
  'T-HCO': ['HOPERAT', 'health care operations'],
  'T-HCO-CC': ['CAREMGT', 'care coordination and case management'],
  'T-HCO-HED': ['PERFMSR', 'HEDIS reporting'],
  'T-HCO-QAI': ['HQUALIMP', 'quality assessment and improvement'],
  'T-HCO-POP': ['HOPERAT', 'population-based activities'],
  'T-HCO-PTSAFETY': ['PATSFTY', 'patient safety'],
  'T-HCO-PERF': ['PERFMSR', 'performance review'],
  'T-PH': ['PUBHLTH', 'public health'],
  'T-PH-ECR': ['PUBHLTH', 'electronic case reporting'],
  'T-PH-ELR': ['PUBHLTH', 'electronic laboratory reporting'],
  'T-IAS': ['PATRQT', 'individual access services'],
  'T-GOVDTRM': [null, 'government benefits determination'],
  'T-GOVDTRM-SSD': [null, 'social security determination'],
  'T-GOVDTRM-ACP': [null, 'access consent policy'],
};

/** Purposes refused by name, whatever a consent says, unless an operator’s own policies take the place of the default ones. */
export const GEMEL_PURPOSES: Readonly<Record<string, string>> = {
  underwriting: 'underwriting',
  pricing: 'pricing of insurance',
  'lifestyle-monitoring': 'lifestyle monitoring',
};
