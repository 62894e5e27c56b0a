import type { FastifyInstance } from 'fastify';
import { serverErrors } from '../../errors.data.ts';
import type { Access } from './access.ts';
import { checkFormToken, formBodies, formOf } from './auth-routes.ts';
import { fhirBase } from './authorization-server.ts';
import { sessionOf } from './identify.ts';
import { recordPage } from './pages.ts';
import type { User } from './users.ts';

const HTML = 'text/html; charset=utf-8';

/** The page that plays the hospital's record: it opens a person and launches the web app for them, as a record does. */
export function launcherRoutes(app: FastifyInstance, access: Access): void {
  app.register(async (scope) => {
    formBodies(scope);

    scope.get('/launcher', { config: { access: 'open' } }, async (request, reply) => {
      const session = sessionOf(request, access.sessions, access.cookies);
      if (session === null) return reply.redirect('/login?next=/launcher', 303);
      forClinicians(session.user);
      const people = await access.peopleFor(session.user);
      return reply
        .type(HTML)
        .send(recordPage({ formToken: session.formToken, people, user: session.user.title, open: null }));
    });

    scope.post('/launcher', { config: { access: 'open' } }, async (request, reply) => {
      const session = sessionOf(request, access.sessions, access.cookies);
      const form = formOf(request);
      checkFormToken(form, session?.formToken ?? null);
      forClinicians(session!.user);
      const people = await access.peopleFor(session!.user);
      const person = people.find(({ id }) => id === form.get('person'));
      if (person === undefined)
        throw serverErrors.error('server-unknown-subject', 'There is no such person.', { field: 'person' });
      const context = { subject: person.subject, encounter: null, needPatientBanner: false, intent: null };
      const launch = access.launches.begin(session!.user.name, context);
      const query = new URLSearchParams({ iss: fhirBase(access.base), launch });
      const open = { person, launch: `/launch?${query}` };
      return reply
        .type(HTML)
        .send(recordPage({ formToken: session!.formToken, people, user: session!.user.title, open }));
    });
  });
}

/** @throws server-scope-missing */
function forClinicians({ roles }: User): void {
  if (!roles.includes('clinician')) throw serverErrors.error('server-scope-missing', 'The record is for clinicians.');
}
