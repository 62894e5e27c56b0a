import { type Static, type TSchema, Type } from 'typebox';
import { Value } from 'typebox/value';
import { cdsErrors } from '../../cds/errors.data.ts';
import type { CdsFeedback, CdsRequest, CdsService } from '../../cds/hooks.ts';

const Text = (most: number) => Type.String({ minLength: 1, maxLength: most });
const Id = Type.String({ pattern: '^[A-Za-z0-9\\-.]{1,64}$' });
const Bundle = Type.Object({
  resourceType: Type.Literal('Bundle'),
  entry: Type.Optional(
    Type.Array(Type.Object({ resource: Type.Optional(Type.Object({ resourceType: Text(64) })) }), { maxItems: 500 }),
  ),
});
const Coding = Type.Object({
  system: Type.Optional(Text(500)),
  code: Text(200),
  display: Type.Optional(Type.String({ maxLength: 1000 })),
});

const Context = Type.Object({ userId: Text(200), patientId: Id, encounterId: Type.Optional(Id) });
const CONTEXT = {
  'patient-view': Context,
  'order-select': Type.Object({
    ...Context.properties,
    selections: Type.Array(Text(200), { maxItems: 500 }),
    draftOrders: Bundle,
  }),
  'order-sign': Type.Object({ ...Context.properties, draftOrders: Bundle }),
} as const;

const Request = Type.Object({
  hook: Text(50),
  hookInstance: Type.String({ pattern: '^[0-9a-fA-F-]{36}$' }),
  fhirServer: Type.Optional(Type.String({ pattern: '^https?://[^\\s]{1,500}$' })),
  fhirAuthorization: Type.Optional(
    Type.Object({
      access_token: Type.String({ pattern: '^[!-~]{1,8000}$' }),
      token_type: Type.Literal('Bearer'),
      expires_in: Type.Number(),
      scope: Type.String({ maxLength: 4000 }),
      subject: Text(500),
    }),
  ),
  context: Type.Object({}),
  prefetch: Type.Optional(
    Type.Record(Type.String(), Type.Union([Type.Null(), Type.Object({ resourceType: Text(64) })])),
  ),
});

const Feedback = Type.Object({
  feedback: Type.Array(
    Type.Object({
      card: Text(200),
      outcome: Type.Union([Type.Literal('accepted'), Type.Literal('overridden')]),
      outcomeTimestamp: Type.String({
        pattern: '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d+)?(Z|[+-]\\d\\d:\\d\\d)$',
      }),
      acceptedSuggestions: Type.Optional(Type.Array(Type.Object({ id: Text(500) }), { maxItems: 100 })),
      overrideReason: Type.Optional(
        Type.Object({ reason: Type.Optional(Coding), userComment: Type.Optional(Type.String({ maxLength: 4000 })) }),
      ),
    }),
    { minItems: 1, maxItems: 100 },
  ),
});

/** A request for the service, checked. @throws cds-request */
export function readCdsRequest(body: unknown, service: CdsService): CdsRequest {
  const request = checked(Request, body) as unknown as CdsRequest;
  if (request.hook !== service.hook)
    throw cdsErrors.error('cds-request', `hook is "${request.hook}", and ${service.id} is for ${service.hook}`, {
      field: 'hook',
    });
  checked(CONTEXT[service.hook], request.context, 'context');
  const { prefetch, context } = request;
  const patient = prefetch?.patient;
  if (patient && (patient.resourceType !== 'Patient' || patient.id !== context.patientId))
    throw cdsErrors.error('cds-patient-differs', 'prefetch.patient is not the patient of the context.', {
      field: 'prefetch.patient',
    });
  return request;
}

/** @throws cds-request */
export const readCdsFeedback = (body: unknown): CdsFeedback => checked(Feedback, body) as CdsFeedback;

function checked<T extends TSchema>(schema: T, value: unknown, within = ''): Static<T> {
  if (Value.Check(schema, value)) return value;
  const wrong = Value.Errors(schema, value)[0];
  const field = `${within}${wrong?.instancePath ?? ''}`.replace(/^\//, '').replaceAll('/', '.') || 'body';
  throw cdsErrors.error('cds-request', `${field} ${wrong?.message ?? 'is wrong'}`, { field });
}
