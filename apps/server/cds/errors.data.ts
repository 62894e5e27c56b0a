import { defineErrors } from '@gemel/core';

export const cdsErrors = defineErrors({
  'cds-service-unknown': {
    meaning: 'There is no CDS service of that id.',
    remedy: 'Take an id from GET /cds-services.',
  },
  'cds-request': {
    meaning: 'The request is none of CDS Hooks 2.0 for this service.',
    remedy: 'Mend the field that the message names.',
  },
  'cds-patient-missing': {
    meaning: 'Who the patient is cannot be made out: neither prefetch nor the FHIR server gives the Patient.',
    remedy: 'Send prefetch.patient, or fhirServer with an authorization that reads it.',
  },
  'cds-patient-differs': {
    meaning: 'The patient of the request and the person known here under that id are not the same person.',
    remedy: 'Check the identifiers: no advice is given where two people might be taken for one.',
  },
  'cds-card-unknown': {
    meaning: 'The feedback names a card that this server did not give.',
    remedy: 'Send the uuid of the card as it was given.',
  },
});
