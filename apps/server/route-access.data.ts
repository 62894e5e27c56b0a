import type { AccessAction } from './access.ts';

/** Whose data a route is about: named in the address, found by what the address names, or of everybody at once. */
export type RouteSubject =
  | { readonly param: string }
  | { readonly query: string }
  | { readonly trace: string }
  | { readonly job: string }
  | { readonly entry: string }
  | 'everybody';

/** What a route does with what of whom: asked of scopes and policy before it runs. */
export interface GuardedRoute {
  readonly action: AccessAction;
  /** FHIR type, `Twin`, or `*` for all of them. */
  readonly type: string;
  readonly subject: RouteSubject;
}

/**
 * Who may use a route: anybody; whoever has logged in; whoever runs this machine; whoever its own handler lets, after asking
 * Governance; or whom scopes and policy permit the act.
 */
export type RouteAccess = 'open' | 'identified' | 'operator' | 'governed' | GuardedRoute;

const of = (action: AccessAction, type: string, subject: RouteSubject): GuardedRoute => ({ action, type, subject });
const bySubject = { param: 'subject' } as const;
const imaging = (action: AccessAction) => of(action, 'ImagingStudy', 'everybody');

/** By method and address pattern. A route that neither stands here nor has `config.access` is closed to everybody who logs in. */
export const ROUTE_ACCESS: Readonly<Record<string, RouteAccess>> = {
  'GET /api/status': 'identified',
  'GET /api/session': 'open',
  'GET /api/packs/:id': 'identified',
  // The answer holds those whom the caller may see, and no others.
  'GET /api/twins': 'governed',
  'GET /api/events': 'governed',
  // A twin that consent has stopped says so, and nothing else.
  'GET /api/twins/:subject': 'governed',
  'POST /api/twins/:subject/whatif': of('simulate', 'Twin', bySubject),
  'POST /api/twins/:subject/calibrate': of('simulate', 'Twin', bySubject),
  'POST /api/twins/:subject/advise': of('simulate', 'Twin', bySubject),
  'GET /api/twins/:subject/report': of('read', 'Twin', bySubject),
  'GET /api/twins/:subject/fhir': of('read', 'Twin', bySubject),
  'GET /api/twins/:subject/waveforms': of('read', 'Observation', bySubject),
  'GET /api/twins/:subject/waveform': of('read', 'Observation', bySubject),
  'GET /api/twins/:subject/quality': of('read', 'Observation', bySubject),
  'GET /api/proposals': of('search', 'Twin', { query: 'subject' }),
  'GET /api/proposals/:id': of('read', 'Twin', { trace: 'id' }),
  'GET /api/proposals/:id/bundle': of('read', 'Twin', { trace: 'id' }),
  'POST /api/proposals/:id/action': of('release', 'Twin', { trace: 'id' }),
  'POST /api/proposals/:id/replay': of('read', 'Twin', { trace: 'id' }),
  'GET /api/jobs/:id': of('read', 'Twin', { job: 'id' }),
  'DELETE /api/jobs/:id': of('simulate', 'Twin', { job: 'id' }),
  'POST /api/import': of('create', '*', 'everybody'),
  'POST /api/observations/:id/correction': of('update', 'Observation', { entry: 'id' }),
  'GET /api/census': of('search', 'Encounter', 'everybody'),
  'GET /api/quarantine': of('search', '*', 'everybody'),
  'POST /api/quarantine/:id/discard': of('delete', '*', 'everybody'),
  'POST /api/quarantine/:id/replay': of('create', '*', 'everybody'),
  'GET /api/links': of('search', 'Patient', 'everybody'),
  'POST /api/links/:id': of('update', 'Patient', 'everybody'),
  'POST /dicom-web/studies': imaging('create'),
  'POST /dicom-web/studies/:study': imaging('create'),
};

/** Routes of one kind, by how their key begins. */
export const ROUTES_ACCESS: readonly (readonly [beginning: string, access: RouteAccess])[] = [
  ['GET /dicom-web/', imaging('read')],
  // Terminology is of nobody.
  ...['CodeSystem', 'ValueSet', 'ConceptMap'].flatMap(
    (type) =>
      [
        [`GET /fhir/${type}/$`, 'identified'],
        [`POST /fhir/${type}/$`, 'identified'],
        [`GET /fhir/${type}/:id/$`, 'identified'],
        [`POST /fhir/${type}/:id/$`, 'identified'],
      ] as const,
  ),
];

/** Who may use a route; null where nothing is said of it. HEAD is answered as GET. */
export function accessOf(method: string, pattern: string): RouteAccess | null {
  const key = `${method === 'HEAD' ? 'GET' : method} ${pattern}`;
  return ROUTE_ACCESS[key] ?? ROUTES_ACCESS.find(([beginning]) => key.startsWith(beginning))?.[1] ?? null;
}
