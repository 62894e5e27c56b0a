/** WHO Anatomical Therapeutic Chemical classification, its FHIR URI. */
export const ATC = 'http://www.whocc.no/atc';
/** ICD-10 (WHO) and ICD-10-CM, their FHIR URIs. */
export const ICD10 = 'http://hl7.org/fhir/sid/icd-10';
export const ICD10CM = 'http://hl7.org/fhir/sid/icd-10-cm';
