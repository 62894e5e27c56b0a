import type { Coding } from '@gemel/core/concept';

/**
 * Security labels for what software asserted, pinned to one publication of HL7's guide "AI Transparency on FHIR":
 * package hl7.fhir.uv.aitransparency, version 1.0.0-ballot (STU 1 ballot, January 2026), canonical
 * http://hl7.org/fhir/uv/aitransparency, published at http://hl7.org/fhir/uv/aitransparency/2026Jan, source
 * https://github.com/HL7/aitransparency-ig tag 1.0.0-ballot (commit 6611bfd73cadf38def4bd501d8ee696b32da9069).
 *
 * The working draft after the ballot withdrew the guide's own code system on 2026-08-05 (FHIR-57918: "Remove experimental
 * provenance codes"): `CLINAST_AIRPT` stands only in the ballot version. It is therefore always added to `AIAST` on what the
 * twin asserted, never put in its place, so that a receiver who knows `AIAST` alone still sees what software asserted.
 */
export const AI_TRANSPARENCY = {
  canonical: 'http://hl7.org/fhir/uv/aitransparency',
  version: '1.0.0-ballot',
  deviceProfile: 'http://hl7.org/fhir/uv/aitransparency/StructureDefinition/AI-Device',
  provenanceProfile: 'http://hl7.org/fhir/uv/aitransparency/StructureDefinition/AI-Provenance',
} as const;

/** HL7 v3 ObservationValue; the ballot version of the guide binds its version 4.0.0. */
export const OBSERVATION_VALUE = 'http://terminology.hl7.org/CodeSystem/v3-ObservationValue';
/** The guide's own code system of provenance labels. */
export const ADDED_PROVENANCE = 'http://hl7.org/fhir/uv/aitransparency/CodeSystem/AddedProvenanceCS';
/** The guide's own code system of device types. */
export const AI_DEVICE_TYPE = 'http://hl7.org/fhir/uv/aitransparency/CodeSystem/AIdeviceTypeCS';

/** On everything the twin asserts. */
export const AI_ASSERTED: Coding = {
  system: OBSERVATION_VALUE,
  code: 'AIAST',
  display: 'Artificial Intelligence asserted',
};

/** Only on a resource that a clinician reviewed. */
export const CLINICIAN_ASSERTED: Coding = {
  system: ADDED_PROVENANCE,
  code: 'CLINAST_AIRPT',
  display: 'Clinician Asserted from AI Reported',
};

/** Device.type of the twin's software; the guide's profile AI-Device fixes it. */
export const AI_SOFTWARE: Coding = {
  system: AI_DEVICE_TYPE,
  code: 'Artificial-Intelligence',
  display: 'All kinds of Artificial Intelligence',
};
