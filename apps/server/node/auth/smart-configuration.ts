import { CONTEXT_SCOPES } from '../../scopes.ts';
import type { Configuration } from '../configuration.ts';
import { OAUTH } from './authorization-server.ts';
import { CLIENT_ALGORITHMS } from './clients.ts';

/** What SMART apps read first (SMART App Launch 2.2, "Using .well-known"). */
export function smartConfiguration(base: string, { auth, registration }: Configuration) {
  return {
    issuer: base,
    jwks_uri: `${base}${OAUTH.keys}`,
    authorization_endpoint: `${base}${OAUTH.authorize}`,
    token_endpoint: `${base}${OAUTH.token}`,
    introspection_endpoint: `${base}${OAUTH.introspect}`,
    revocation_endpoint: `${base}${OAUTH.revoke}`,
    ...(registration ? { registration_endpoint: `${base}${OAUTH.register}` } : {}),
    ...(auth.kind === 'outside'
      ? { associated_endpoints: [{ url: auth.issuer, capabilities: ['sso-openid-connect'] }] }
      : {}),
    token_endpoint_auth_methods_supported: ['none', 'client_secret_basic', 'client_secret_post', 'private_key_jwt'],
    token_endpoint_auth_signing_alg_values_supported: [...CLIENT_ALGORITHMS],
    grant_types_supported: ['authorization_code', 'refresh_token', 'client_credentials'],
    response_types_supported: ['code'],
    code_challenge_methods_supported: ['S256'],
    scopes_supported: [
      ...CONTEXT_SCOPES,
      ...['patient', 'user', 'system'].map((context) => `${context}/*.cruds`),
      'patient/Observation.rs?category=http://terminology.hl7.org/CodeSystem/observation-category|laboratory',
    ],
    capabilities: [
      'launch-ehr',
      'launch-standalone',
      'client-public',
      'client-confidential-symmetric',
      'client-confidential-asymmetric',
      'sso-openid-connect',
      'context-banner',
      'context-ehr-patient',
      'context-ehr-encounter',
      'context-standalone-patient',
      'permission-offline',
      'permission-online',
      'permission-patient',
      'permission-user',
      'permission-v1',
      'permission-v2',
    ],
  };
}
