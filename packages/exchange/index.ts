export { type CcdOptions, type EncodedCcd, encodeCcd } from './ccda/encode.ts';
export type * from './door.ts';
export * from './doors.ts';
export { exchangeErrors } from './errors.data.ts';
export * from './fhir/decode.ts';
export * from './fhir/encode.ts';
export * from './notes/index.ts';
export * from './waveform/index.ts';
