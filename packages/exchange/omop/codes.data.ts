import { GEMEL, LOINC, RXNORM, SNOMED, UCUM } from '@gemel/core/concept';
import { ATC } from '../fhir/codes.data.ts';

/** Concept ids of the OMOP vocabularies as a code system, in the URI that HL7's FHIR-to-OMOP guide gives it. */
export const OMOP = 'https://fhir-terminology.ohdsi.org';

/** Vocabularies of OMOP by the FHIR URI of their code system (vocabulary_id of the VOCABULARY table). */
export const VOCABULARIES: Readonly<Record<string, string>> = {
  [LOINC]: 'LOINC',
  [SNOMED]: 'SNOMED',
  [RXNORM]: 'RxNorm',
  [UCUM]: 'UCUM',
  [ATC]: 'ATC',
  'http://hl7.org/fhir/sid/icd-10': 'ICD10',
  'http://hl7.org/fhir/sid/icd-10-cm': 'ICD10CM',
  'http://hl7.org/fhir/sid/icd-9-cm': 'ICD9CM',
  'http://hl7.org/fhir/sid/ndc': 'NDC',
  'http://hl7.org/fhir/sid/cvx': 'CVX',
  'http://www.ama-assn.org/go/cpt': 'CPT4',
  // Not a vocabulary of OHDSI: how this program writes its own codes into source values.
  [GEMEL]: 'Gemel',
};

/** Standard concepts named by the CDM's own conventions, which hold without a vocabulary download. */
export const GENDER: Readonly<Record<string, number>> = { male: 8507, female: 8532 };
export const VISIT: Readonly<Record<string, number>> = { IMP: 9201, AMB: 9202, EMER: 9203, HH: 581476 };
export const OPERATOR = { '<': 4171756, '<=': 4171754, '>=': 4171755, '>': 4172704 } as const;
export const EQUALS = 4172703;
/** Type concepts: a record of care, and the record that a drug was given. */
export const FROM_RECORD = 32817;
export const ADMINISTERED = 32818;
/** No matching concept. */
export const NO_CONCEPT = 0;
