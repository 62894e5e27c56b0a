/**
 * The access of an app that a hospital's record launched: kept in memory alone, gone with the page. Where nobody launched it,
 * the browser's own session speaks for the person.
 */
interface Access {
  readonly token: string;
  readonly refresh: string | null;
  readonly tokenAddress: string;
  readonly client: string;
}

export interface TokenAnswer {
  readonly access_token: string;
  readonly refresh_token?: string;
  readonly patient?: string;
  readonly need_patient_banner?: boolean;
  readonly error?: string;
  readonly error_description?: string;
}

let access: Access | null = null;
let renewing: Promise<boolean> | null = null;

export const isLaunched = (): boolean => access !== null;

export function keepAccess(answer: TokenAnswer, tokenAddress: string, client: string): void {
  access = {
    token: answer.access_token,
    refresh: answer.refresh_token ?? access?.refresh ?? null,
    tokenAddress,
    client,
  };
}

/** What a request to the server bears beside its own headers. */
export function accessHeaders(): Readonly<Record<string, string>> {
  return access === null ? {} : { authorization: `Bearer ${access.token}` };
}

/** Gets a new token for one that expired; false where there is none to be had. Requests that fail together renew once. */
export function renewAccess(): Promise<boolean> {
  renewing ??= renew().finally(() => {
    renewing = null;
  });
  return renewing;
}

async function renew(): Promise<boolean> {
  if (access?.refresh == null) return false;
  const { refresh, tokenAddress, client } = access;
  const answer = await askForToken(tokenAddress, {
    grant_type: 'refresh_token',
    refresh_token: refresh,
    client_id: client,
  });
  if (answer?.access_token === undefined) return false;
  keepAccess(answer, tokenAddress, client);
  return true;
}

/** The answer of a token address, an error among them; null where it does not answer. */
export async function askForToken(
  address: string,
  fields: Readonly<Record<string, string>>,
): Promise<TokenAnswer | null> {
  try {
    const response = await fetch(address, { method: 'POST', body: new URLSearchParams(fields) });
    return (await response.json()) as TokenAnswer;
  } catch {
    return null;
  }
}
