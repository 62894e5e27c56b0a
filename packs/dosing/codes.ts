/** WHO Anatomical Therapeutic Chemical classification, its FHIR URI. */
export const ATC = 'http://www.whocc.no/atc';
