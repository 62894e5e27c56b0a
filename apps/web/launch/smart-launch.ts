import type { SessionView } from '@gemel/server/api';
import { request } from '../data/client.ts';
import { askForToken, keepAccess } from '../data/launched.ts';
import { reconnect } from '../data/live.ts';
import { strings } from '../strings.data.ts';

/** SMART App Launch 2.2 as the app's side has it: from the record's launch to a token, with PKCE. */

const CLIENT = 'gemel-web';
const EHR_SCOPES = 'openid fhirUser launch online_access patient/*.cruds';
const STANDALONE_SCOPES = 'openid fhirUser launch/patient online_access patient/*.cruds';
const t = strings.launch;

interface Begun {
  readonly verifier: string;
  readonly tokenAddress: string;
}

interface SmartConfiguration {
  readonly authorization_endpoint: string;
  readonly token_endpoint: string;
}

const base64url = (bytes: Uint8Array): string =>
  btoa(String.fromCharCode(...bytes)).replace(/[+/=]/g, (mark) => ({ '+': '-', '/': '_', '=': '' })[mark]!);

const random = (bytes: number): string => base64url(crypto.getRandomValues(new Uint8Array(bytes)));

const keyOf = (state: string): string => `gemel.launch.${state}`;

/** The address to go to for access. Throws with words for the person. */
export async function beginLaunch(search: URLSearchParams): Promise<string> {
  const iss = (search.get('iss') ?? '').replace(/\/$/, '');
  const own = `${location.origin}/fhir`;
  if (iss === '') throw new Error(t.notLaunched);
  // A record of another server would be handed what is read here.
  if (iss !== own) throw new Error(t.otherServer(iss));
  const response = await fetch(`${own}/.well-known/smart-configuration`);
  if (!response.ok) throw new Error(t.refused);
  const found = (await response.json()) as SmartConfiguration;
  const launch = search.get('launch');
  const state = random(16);
  const verifier = random(32);
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier)));
  const begun: Begun = { verifier, tokenAddress: found.token_endpoint };
  sessionStorage.setItem(keyOf(state), JSON.stringify(begun));
  const query = new URLSearchParams({
    response_type: 'code',
    client_id: CLIENT,
    redirect_uri: `${location.origin}/launch`,
    scope: launch === null ? STANDALONE_SCOPES : EHR_SCOPES,
    state,
    aud: own,
    code_challenge: base64url(digest),
    code_challenge_method: 'S256',
    ...(launch === null ? {} : { launch }),
  });
  return `${found.authorization_endpoint}?${query}`;
}

/** Takes the code that came back; the subject whose twin was launched. Throws with words for the person. */
export async function completeLaunch(search: URLSearchParams): Promise<string> {
  const refused = search.get('error');
  if (refused !== null) throw new Error(`${t.refused} ${search.get('error_description') ?? refused}`);
  const key = keyOf(search.get('state') ?? '');
  const kept = sessionStorage.getItem(key);
  // A code of an authorization that was not begun here is not taken: it could be somebody else's.
  if (kept === null) throw new Error(t.forgotten);
  sessionStorage.removeItem(key);
  const { verifier, tokenAddress } = JSON.parse(kept) as Begun;
  const answer = await askForToken(tokenAddress, {
    grant_type: 'authorization_code',
    code: search.get('code') ?? '',
    redirect_uri: `${location.origin}/launch`,
    client_id: CLIENT,
    code_verifier: verifier,
  });
  if (answer?.access_token === undefined) throw new Error(`${t.refused} ${answer?.error_description ?? ''}`.trim());
  keepAccess(answer, tokenAddress, CLIENT);
  reconnect();
  const { patient } = await request<SessionView>('/api/session');
  if (patient === null) throw new Error(t.nobody);
  return patient;
}
