import { defineErrors } from '@gemel/core';

export const restErrors = defineErrors({
  'rest-type-unknown': {
    meaning: 'The address names a type that is no resource of FHIR R4.',
    remedy: 'The CapabilityStatement at /fhir/metadata lists the types.',
  },
  'rest-route-unknown': {
    meaning: 'No interaction or operation is at this address.',
    remedy: 'The CapabilityStatement at /fhir/metadata lists what there is.',
  },
  'rest-not-found': {
    meaning: 'No resource, or no such version of it, is at this address.',
    remedy: 'Search for the resource, or take an address that the server gave.',
  },
  'rest-gone': { meaning: 'The resource was deleted.', remedy: 'Its earlier versions are in its history.' },
  'rest-body': {
    meaning: 'The body is not what the interaction takes.',
    remedy: 'Send one JSON resource of the type that the address names, as application/fhir+json.',
  },
  'rest-media': {
    meaning: 'The request sends, or asks for, a format that is not spoken here.',
    remedy: 'Use application/fhir+json; patches are application/json-patch+json or a Parameters resource.',
  },
  'rest-id': {
    meaning: 'An id is not one of FHIR, or the body names another than the address.',
    remedy: 'Ids are 1 to 64 letters, digits, hyphens and dots; the body of an update names the id of the address.',
  },
  'rest-invalid': {
    meaning: 'The resource is not valid FHIR R4.',
    remedy: 'Mend the elements that the issues name; $validate tells of a resource without keeping it.',
  },
  'rest-precondition': {
    meaning: 'What If-Match, If-None-Match or a condition asks for does not hold.',
    remedy: 'Read the resource again and decide anew.',
  },
  'rest-several': {
    meaning: 'A condition that must mean one resource is met by several.',
    remedy: 'Give a condition that only one meets, such as an identifier with its system.',
  },
  'rest-condition': {
    meaning: 'A condition by which something is written is none that can be searched by, or is empty.',
    remedy: 'Give search parameters of the type, all of which are known.',
  },
  'rest-reference': {
    meaning: 'A reference within a transaction leads nowhere.',
    remedy:
      'Refer to a fullUrl of the same transaction, to a resource by type and id, or by a condition that one resource meets.',
  },
  'rest-patch': {
    meaning: 'A patch cannot be carried out on the resource as it is.',
    remedy: 'The message names the step; read the resource again and make the patch for what it is now.',
  },
  'rest-bundle': {
    meaning: 'The Bundle cannot be carried out as a batch or transaction.',
    remedy: 'Give each entry a request with method and url, and no resource twice in a transaction.',
  },
  'rest-parameter': {
    meaning: 'A parameter of an operation is missing or not of its type.',
    remedy: 'The message names the parameter; the guide lists those of each operation.',
  },
  'rest-too-much': {
    meaning: 'The request asks for more at once than is served.',
    remedy: 'Ask in parts; $export gives any amount.',
  },
  'rest-busy': {
    meaning: 'Others wrote the same resource again and again while a patch was carried out.',
    remedy: 'Try again.',
  },
});

/** HTTP status and FHIR issue type of an error; what begins with a listed prefix and is not listed itself takes the prefix's. */
export const REST_STATUS: Readonly<Record<string, readonly [status: number, issue: string]>> = {
  'rest-type-unknown': [404, 'not-supported'],
  'rest-route-unknown': [404, 'not-supported'],
  'rest-not-found': [404, 'not-found'],
  'rest-gone': [410, 'deleted'],
  'rest-body': [400, 'structure'],
  'rest-media': [415, 'not-supported'],
  'rest-id': [400, 'value'],
  'rest-invalid': [422, 'invalid'],
  'rest-precondition': [412, 'conflict'],
  'rest-several': [412, 'multiple-matches'],
  'rest-condition': [412, 'incomplete'],
  'rest-reference': [400, 'not-found'],
  'rest-patch': [422, 'processing'],
  'rest-bundle': [400, 'invalid'],
  'rest-parameter': [400, 'invalid'],
  'rest-too-much': [413, 'too-costly'],
  'rest-busy': [409, 'conflict'],
  'store-version-conflict': [412, 'conflict'],
  'store-erased': [410, 'deleted'],
  'store-busy': [503, 'lock-error'],
  'server-token-missing': [401, 'login'],
  'server-token-invalid': [401, 'login'],
  'server-token-expired': [401, 'expired'],
  'server-scope-missing': [403, 'forbidden'],
  'server-refused': [403, 'forbidden'],
  'server-rate-exceeded': [429, 'throttled'],
  'server-body-too-deep': [400, 'too-long'],
  'server-request-invalid': [400, 'invalid'],
  'server-unknown-job': [404, 'not-found'],
  'search-parameter-unknown': [400, 'not-supported'],
  'search-modifier': [400, 'not-supported'],
  'search-value': [400, 'value'],
  'search-type-unknown': [400, 'not-supported'],
  'search-too-much': [400, 'too-costly'],
  'search-page': [400, 'value'],
  'terminology-system-unknown': [404, 'not-found'],
  'terminology-value-set-unknown': [404, 'not-found'],
  'terminology-code-unknown': [404, 'code-invalid'],
  'terminology-too-costly': [422, 'too-costly'],
  'fhirpath-syntax': [400, 'value'],
};
