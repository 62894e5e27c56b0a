import type * as fhir from '@medplum/fhirtypes';
import { exchangeErrors } from '../../errors.data.ts';

/** Gathers the resources of one bundle, giving each its urn: from the trace's hash and its place, so always the same. */
export class BundleWriter {
  readonly entries: fhir.BundleEntry[] = [];
  private readonly hash: string;
  private readonly type: 'transaction' | 'collection';

  /** @throws fhir-encode-id where `hash` is no SHA-256 */
  constructor(type: 'transaction' | 'collection', hash: string) {
    if (!/^[0-9a-f]{64}$/.test(hash)) throw exchangeErrors.error('fhir-encode-id', `"${hash}" is no SHA-256.`);
    this.type = type;
    this.hash = hash;
  }

  /** The urn of the resource that is added after `others` more: a UUID of version 8 (RFC 9562). */
  urn(others = 0): string {
    const { hash } = this;
    const place = BigInt(this.entries.length + others);
    const last = (BigInt(`0x${hash.slice(32, 44)}`) ^ place).toString(16).padStart(12, '0');
    return `urn:uuid:${hash.slice(0, 8)}-${hash.slice(8, 12)}-8${hash.slice(13, 16)}-a${hash.slice(17, 20)}-${last}`;
  }

  add(resource: fhir.Resource): string {
    const fullUrl = this.urn();
    const { resourceType: url } = resource;
    const request = { request: { method: 'POST' as const, url, ...onlyOnce(resource) } };
    this.entries.push({ fullUrl, resource, ...(this.type === 'transaction' ? request : {}) });
    return fullUrl;
  }

  bundle(timestamp: string): fhir.Bundle {
    return { resourceType: 'Bundle', type: this.type, timestamp, entry: this.entries };
  }
}

/** Condition under which the receiver creates a resource: its identifier is not there yet. */
function onlyOnce(resource: fhir.Resource): { ifNoneExist?: string } {
  const list = 'identifier' in resource && Array.isArray(resource.identifier) ? resource.identifier : [];
  const identifier: fhir.Identifier | undefined = list[0];
  if (identifier === undefined) return {};
  return { ifNoneExist: `identifier=${encodeURIComponent(`${identifier.system}|${identifier.value}`)}` };
}
