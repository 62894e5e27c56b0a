const BASE = 'http://hl7.org/fhir/StructureDefinition/';

/** LOINC codes that R4 ties to a vital-sign profile (R4, Observation, Vital Signs Profile). */
export const vitalSigns: Readonly<Record<string, string>> = {
  '85353-1': `${BASE}vitalspanel`,
  '9279-1': `${BASE}resprate`,
  '8867-4': `${BASE}heartrate`,
  '2708-6': `${BASE}oxygensat`,
  '8310-5': `${BASE}bodytemp`,
  '8302-2': `${BASE}bodyheight`,
  '9843-4': `${BASE}headcircum`,
  '29463-7': `${BASE}bodyweight`,
  '39156-5': `${BASE}bmi`,
  '85354-9': `${BASE}bp`,
};
