import type { ProblemDetails } from '@gemel/server/api';
import { strings } from '../strings.data.ts';
import { accessHeaders, isLaunched, renewAccess } from './launched.ts';

/** What a failed request says: the server's coded problem, or that the server was not reached. */
export class ApiError extends Error {
  /** HTTP status; 0 where no answer came. */
  readonly status: number;
  readonly problem: ProblemDetails | null;

  constructor(status: number, problem: ProblemDetails | null, message: string) {
    super(message);
    this.name = 'ApiError';
    this.status = status;
    this.problem = problem;
  }

  /** Whether trying again unchanged may help. */
  get passing(): boolean {
    return this.status === 0 || this.status >= 500;
  }
}

async function problemOf(response: Response): Promise<ProblemDetails | null> {
  if (!(response.headers.get('content-type') ?? '').includes('json')) return null;
  const body: unknown = await response.json().catch(() => null);
  return body !== null && typeof body === 'object' && 'code' in body ? (body as ProblemDetails) : null;
}

/** The answer of the server of this origin, whatever it is, with the access that a launch gave. Throws the signal's `AbortError`. */
export async function answerOf(path: string, init?: RequestInit): Promise<Response> {
  const send = () => fetch(path, { ...init, headers: { ...init?.headers, ...accessHeaders() } });
  let response: Response;
  try {
    response = await send();
    if (response.status === 401 && isLaunched() && (await renewAccess())) response = await send();
  } catch (error) {
    if (init?.signal?.aborted) throw error;
    throw new ApiError(0, null, strings.errors.unreachable);
  }
  if (response.status === 401 && !isLaunched()) logIn();
  return response;
}

/** Where people log in, a page without a session leads there, and back. */
function logIn(): void {
  const here = location.pathname + location.search;
  if (location.pathname !== '/launch') location.assign(`/login?next=${encodeURIComponent(here)}`);
}

/** One request to the server of this origin. Throws `ApiError`, or the signal's `AbortError`. */
export async function request<T>(path: string, init?: RequestInit): Promise<T> {
  const response = await answerOf(path, init);
  if (!response.ok) {
    const problem = await problemOf(response);
    throw new ApiError(response.status, problem, problem?.detail ?? strings.errors.status(response.status));
  }
  return (await response.json()) as T;
}

export function post<T>(path: string, body?: unknown, signal?: AbortSignal): Promise<T> {
  return request<T>(path, {
    method: 'POST',
    ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    ...(signal === undefined ? {} : { signal }),
  });
}

/** `error` as an `ApiError`; null for a request that was called off. */
export function asApiError(error: unknown): ApiError | null {
  if (error instanceof ApiError) return error;
  if (error instanceof DOMException && error.name === 'AbortError') return null;
  return new ApiError(0, null, error instanceof Error ? error.message : String(error));
}
