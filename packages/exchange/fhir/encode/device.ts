import type * as fhir from '@medplum/fhirtypes';
import { RESEARCH_USE } from '../codes.data.ts';
import { AI_SOFTWARE, AI_TRANSPARENCY } from '../labels.data.ts';
import { identifierOf } from './elements.ts';

/** The software that a release names as its author. */
export interface Software {
  readonly name: string;
  readonly version: string;
  readonly manufacturer?: string;
}

/** The twin's software with the pack it ran, as a Device. */
export function encodeSoftware(
  software: Software,
  pack: { readonly id: string; readonly version: string },
): fhir.Device {
  const { name, version, manufacturer } = software;
  return {
    resourceType: 'Device',
    meta: { profile: [`${AI_TRANSPARENCY.deviceProfile}|${AI_TRANSPARENCY.version}`] },
    identifier: [identifierOf('software', `${name}@${version}/${pack.id}@${pack.version}`)],
    status: 'active',
    ...(manufacturer === undefined ? {} : { manufacturer }),
    deviceName: [{ name: `${name}: ${pack.id}`, type: 'user-friendly-name' }],
    type: { coding: [{ ...AI_SOFTWARE }] },
    version: [
      { type: { text: 'software' }, value: version },
      { type: { text: `pack ${pack.id}` }, value: pack.version },
    ],
    note: [{ text: RESEARCH_USE }],
  };
}
