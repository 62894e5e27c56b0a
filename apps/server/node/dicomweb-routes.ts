import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import type { CodedError, Problem } from '@gemel/core';
import { parseDicom } from '@gemel/exchange/dicom/parse';
import { EXPLICIT_LITTLE } from '@gemel/exchange/dicom/uids.data';
import { dicomwebErrors } from '@gemel/exchange/dicom/web/errors.data';
import { type JsonDataSet, toJson } from '@gemel/exchange/dicom/web/json';
import { mediaType, readMultipart } from '@gemel/exchange/dicom/web/multipart';
import { answerOf, isMatch, readQuery } from '@gemel/exchange/dicom/web/query';
import { writeDicom } from '@gemel/exchange/dicom/write';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { serverErrors } from '../errors.data.ts';
import { bulkValue, FramesOf } from './dicom-frames.ts';
import type { DicomIntake, Taken } from './dicom-intake.ts';
import { gone, type Place, type StoredObject } from './dicom-store.ts';

/** Where the DICOMweb services begin. */
const ROOT = '/dicom-web';
/** Largest body that is stored at once, bytes. */
const STORE_LIMIT = 1024 * 1024 * 1024;
/** Answers of a search without a limit of its own, at most. */
const MOST_ANSWERS = 1000;

type Level = 'study' | 'series' | 'instance';

/** Elements a search gives at each level (PS3.18, tables 10.6.3-3 to 10.6.3-5). */
const RETURNED: Readonly<Record<Level, readonly string[]>> = {
  study:
    '00080005 00080020 00080030 00080050 00080056 00080061 00080090 00080201 00081190 00100010 00100020 00100030 00100040 0020000D 00200010 00201206 00201208'.split(
      ' ',
    ),
  series:
    '00080005 00080060 00080201 0008103E 00081190 0020000D 0020000E 00200011 00201209 00400244 00400245 00400275'.split(
      ' ',
    ),
  instance:
    '00080005 00080016 00080018 00080056 00080201 00081190 0020000D 0020000E 00200013 00280008 00280010 00280011 00280100'.split(
      ' ',
    ),
};

type Asked = FastifyRequest<{ Params: Place & { readonly frames?: string; readonly '*'?: string } }>;

/** STOW-RS, QIDO-RS and WADO-RS (DICOM PS3.18, chapter 10) over the store of the intake. */
export function dicomwebRoutes(app: FastifyInstance, intake: DicomIntake): void {
  const { store } = intake;
  const frames = new FramesOf(store);
  app.addHook('onClose', () => frames.close());

  app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: STORE_LIMIT }, (_request, body, done) =>
      done(null, body),
    );
    for (const path of ['/studies', '/studies/:study'])
      scope.post(`${ROOT}${path}`, { bodyLimit: STORE_LIMIT }, (request, reply) => stow(request as Asked, reply));
  });

  for (const [path, level] of [
    ['/studies', 'study'],
    ['/series', 'series'],
    ['/instances', 'instance'],
    ['/studies/:study/series', 'series'],
    ['/studies/:study/instances', 'instance'],
    ['/studies/:study/series/:series/instances', 'instance'],
  ] as const)
    app.get(`${ROOT}${path}`, async (request, reply) => search(request as Asked, reply, level));

  for (const path of [
    '/studies/:study',
    '/studies/:study/series/:series',
    '/studies/:study/series/:series/instances/:instance',
  ]) {
    app.get(`${ROOT}${path}`, async (request, reply) => retrieve(request as Asked, reply));
    app.get(`${ROOT}${path}/metadata`, async (request, reply) => metadata(request as Asked, reply));
  }
  const one = `${ROOT}/studies/:study/series/:series/instances/:instance`;
  app.get(`${one}/frames/:frames`, async (request, reply) => sendFrames(request as Asked, reply));
  app.get(`${one}/bulkdata/*`, async (request, reply) => {
    const asked = request as Asked;
    const media = chosen(asked, ['application/octet-stream', 'multipart/related']);
    const bytes = await bulkValue(await store.parse(await only(placeIn(asked))), asked.params['*'] ?? '');
    return send(reply, media, 'application/octet-stream', [bytes]);
  });
  app.get(`${one}/rendered`, async (request, reply) => {
    const asked = request as Asked;
    chosen(asked, ['image/png']);
    return reply.type('image/png').send(await frames.rendered(await only(placeIn(asked)), 0));
  });
  app.get(`${one}/frames/:frames/rendered`, async (request, reply) => {
    const asked = request as Asked;
    chosen(asked, ['image/png']);
    const [frame, ...rest] = frameList(asked.params.frames ?? '');
    if (frame === undefined || rest.length > 0) throw unknown('give one frame');
    return reply.type('image/png').send(await frames.rendered(await only(placeIn(asked)), frame));
  });

  async function stow(request: Asked, reply: FastifyReply): Promise<FastifyReply> {
    const media = mediaType(request.headers['content-type'] ?? '');
    const { boundary, type = 'application/dicom' } = media?.parameters ?? {};
    if (media?.type !== 'multipart/related' || boundary === undefined || type.toLowerCase() !== 'application/dicom')
      throw serverErrors.error(
        'server-format-unknown',
        'Objects are stored as multipart/related; type="application/dicom".',
        { field: 'content-type' },
        'Send multipart/related; type="application/dicom" with a boundary, one DICOM file a part.',
      );
    const parts = readMultipart(new Uint8Array(request.body as Buffer), boundary);
    const { study } = request.params;
    const taken: Taken[] = [];
    for (const [i, { body }] of parts.entries()) {
      taken.push(
        await intake.take(body, `stow part ${i + 1}`, (object) =>
          study === undefined || object.study === study
            ? null
            : dicomwebErrors.problem('dicomweb-object', `${object.instance} is of study ${object.study}`, {
                element: 'StudyInstanceUID',
              }),
        ),
      );
    }
    const stored = taken.filter((one) => 'object' in one).length;
    const status = stored === taken.length && stored > 0 ? 200 : stored > 0 ? 202 : 409;
    return reply
      .code(status)
      .type('application/dicom+json')
      .send(
        json(
          storeAnswer(
            taken,
            parts.map(({ body }) => body),
            address(request),
          ),
        ),
      );
  }

  async function search(request: Asked, reply: FastifyReply, level: Level): Promise<FastifyReply> {
    chosen(request, ['application/dicom+json', 'application/json']);
    const { searchParams } = new URL(request.url, 'http://localhost');
    const query = readQuery(searchParams);
    const groups = new Map<string, StoredObject[]>();
    for (const object of await store.find(placeIn(request))) {
      const key = object[level];
      const group = groups.get(key);
      if (group === undefined) groups.set(key, [object]);
      else group.push(object);
    }
    const root = address(request);
    const described = [...groups.values()].map((objects) => describe(objects, level, root));
    const found = described.filter((one) => isMatch(one, query));
    const limit = Math.min(query.limit ?? MOST_ANSWERS, MOST_ANSWERS);
    const answers = found.slice(query.offset, query.offset + limit);
    const levels = RETURNED[level].concat(
      // A search over all studies also says of which study and series each is.
      request.params.study === undefined && level !== 'study'
        ? RETURNED.study.filter((key) => !key.startsWith('002012'))
        : [],
    );
    const left = found.length - query.offset - answers.length;
    if (left > 0) reply.header('warning', `299 gemel "There are ${left} additional results that can be requested"`);
    if (query.fuzzy)
      reply.header(
        'warning',
        '299 gemel "The fuzzymatching parameter is not supported. Only literal matching has been performed."',
      );
    if (answers.length === 0) return reply.code(204).send();
    return reply.type('application/dicom+json').send(json(answers.map((one) => answerOf(one, levels, query))));
  }

  async function retrieve(request: Asked, reply: FastifyReply): Promise<FastifyReply> {
    const objects = await found(placeIn(request));
    const single = objects.length === 1 && request.params.instance !== undefined;
    const media = chosen(
      request,
      single ? ['multipart/related', 'application/dicom'] : ['multipart/related'],
      'application/dicom',
    );
    const syntax = media.parameters['transfer-syntax'];
    const bytesOf = async (object: StoredObject) => {
      if (syntax === undefined || syntax === '*' || syntax === object.transferSyntax) return store.read(object);
      const file = await store.parse(object);
      return writeDicom(file.dataSet);
    };
    // Said before anything is sent.
    for (const object of objects)
      if (syntax !== undefined && syntax !== '*' && syntax !== object.transferSyntax && !plain(object, syntax))
        throw dicomwebErrors.error('dicomweb-media', `${object.instance} is stored in ${object.transferSyntax}`, {
          field: 'accept',
        });
    if (media.type === 'application/dicom') return sendLater(reply, 'application/dicom', objects, bytesOf, null);
    return sendLater(reply, 'application/dicom', objects, bytesOf, randomBytes(16).toString('hex'));
  }

  async function metadata(request: Asked, reply: FastifyReply): Promise<FastifyReply> {
    chosen(request, ['application/dicom+json', 'application/json']);
    const root = address(request);
    const objects = await found(placeIn(request));
    async function* lines() {
      for (const [i, object] of objects.entries()) {
        const { dataSet } = await store.parse(object);
        const base = `${root}${placeOf(object)}/bulkdata/`;
        const json = toJson(dataSet, {
          bulk: (path, { value, fragments }) => (fragments !== undefined || value.length > 1024 ? base + path : null),
        });
        yield `${i === 0 ? '[' : ','}${JSON.stringify(json)}`;
      }
      yield ']';
    }
    return reply.type('application/dicom+json').send(Readable.from(lines()));
  }

  async function sendFrames(request: Asked, reply: FastifyReply): Promise<FastifyReply> {
    const media = chosen(request, ['multipart/related', 'application/octet-stream'], 'application/octet-stream');
    const object = await only(placeIn(request));
    const asked = frameList(request.params.frames ?? '');
    const bytes = [];
    for (const frame of asked) bytes.push(await frames.bytes(object, frame));
    if (media.type !== 'multipart/related' && bytes.length !== 1)
      throw dicomwebErrors.error('dicomweb-media', 'Several frames are given as multipart/related.', {
        field: 'accept',
      });
    return send(reply, media, 'application/octet-stream', bytes);
  }

  /** @throws dicomweb-unknown, dicomweb-gone */
  async function found(place: Place): Promise<readonly StoredObject[]> {
    const objects = await store.find(place);
    if (objects.length > 0) return objects;
    const what = Object.values(place).join(', ');
    throw store.wasErased(place) ? gone(what) : unknown(what);
  }

  async function only(place: Place): Promise<StoredObject> {
    return (await found(place))[0]!;
  }
}

function unknown(what: string): CodedError {
  return dicomwebErrors.error('dicomweb-unknown', `Nothing is stored as ${what}.`);
}

/** Native pixels can be given in Explicit VR Little Endian whatever they came in. */
function plain(object: StoredObject, syntax: string): boolean {
  return syntax === EXPLICIT_LITTLE && /^1\.2\.840\.10008\.1\.2(\.1|\.2|\.1\.99)?$/.test(object.transferSyntax);
}

/** As bytes: a media type is to be given without a charset that it does not have (RFC 8259, 11). */
const json = (value: unknown) => Buffer.from(JSON.stringify(value));

/** The place that an address names. */
const placeIn = ({ params: { study, series, instance } }: Asked): Place => ({
  ...(study === undefined ? {} : { study }),
  ...(series === undefined ? {} : { series }),
  ...(instance === undefined ? {} : { instance }),
});

const placeOf = ({ study, series, instance }: StoredObject) =>
  `/studies/${study}/series/${series}/instances/${instance}`;

function address(request: Asked): string {
  return `${request.protocol}://${request.headers.host}${ROOT}`;
}

/**
 * What of the offered media types the request takes, the first it names; the first offered where it takes any.
 * @throws dicomweb-media
 */
function chosen(request: Asked, offered: readonly string[], inside?: string) {
  const accept = request.headers.accept ?? '*/*';
  for (const range of accept.match(/(?:[^,"]|"(?:[^"\\]|\\.)*")+/g) ?? []) {
    const asked = mediaType(range.trim());
    if (asked === null) continue;
    const { type, parameters } = asked;
    if (type === '*/*') return { type: offered[0]!, parameters: {} };
    const within = parameters.type?.toLowerCase();
    if (type === 'multipart/related' && inside !== undefined && ![inside, '*/*', undefined].includes(within)) continue;
    const fits = offered.find((one) => one === type || (type.endsWith('/*') && one.startsWith(type.slice(0, -1))));
    if (fits !== undefined) return { type: fits, parameters };
  }
  throw dicomwebErrors.error('dicomweb-media', `${accept} is not given here, but ${inside ?? offered.join(' or ')}.`, {
    field: 'accept',
  });
}

/** Frames of an address, counted from 1 there and from 0 here. @throws dicomweb-unknown */
function frameList(text: string): readonly number[] {
  if (!/^[1-9]\d{0,8}(,[1-9]\d{0,8}){0,9999}$/.test(text)) throw unknown(`frames ${text}`);
  return text.split(',').map((frame) => Number(frame) - 1);
}

function send(
  reply: FastifyReply,
  media: { type: string },
  inside: string,
  bodies: readonly Uint8Array[],
): FastifyReply {
  const all = bodies.map((body) => async () => body);
  return sendLater(
    reply,
    inside,
    all,
    (make) => make(),
    media.type === 'multipart/related' ? randomBytes(16).toString('hex') : null,
  );
}

/** Bodies one after another, made as they are sent; in parts where there is a boundary. */
function sendLater<T>(
  reply: FastifyReply,
  type: string,
  things: readonly T[],
  bytesOf: (thing: T) => Promise<Uint8Array>,
  boundary: string | null,
): FastifyReply {
  async function* body() {
    for (const thing of things) {
      const bytes = await bytesOf(thing);
      if (boundary !== null) yield Buffer.from(`\r\n--${boundary}\r\nContent-Type: ${type}\r\n\r\n`);
      if (bytes.length > 0) yield Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    }
    if (boundary !== null) yield Buffer.from(`\r\n--${boundary}--\r\n`);
  }
  const whole = boundary === null ? type : `multipart/related; type="${type}"; boundary=${boundary}`;
  return reply.type(whole).send(Readable.from(body()));
}

/** What a search may be answered with of a study, series or instance: the attributes of its first object, counts and address. */
function describe(objects: readonly StoredObject[], level: Level, root: string): JsonDataSet {
  const [first] = objects as readonly [StoredObject, ...StoredObject[]];
  const { study, series } = first;
  const path =
    level === 'study'
      ? `/studies/${study}`
      : level === 'series'
        ? `/studies/${study}/series/${series}`
        : placeOf(first);
  const modalities = new Set(objects.map(({ attributes }) => attributes['00080060']?.Value?.[0]).filter(Boolean));
  const own: Record<string, JsonDataSet[string]> = {
    '00080056': { vr: 'CS', Value: ['ONLINE'] },
    '00081190': { vr: 'UR', Value: [`${root}${path}`] },
  };
  if (level === 'study') {
    own['00080061'] = { vr: 'CS', Value: [...modalities] };
    own['00201206'] = { vr: 'IS', Value: [new Set(objects.map((object) => object.series)).size] };
    own['00201208'] = { vr: 'IS', Value: [objects.length] };
  }
  if (level === 'series') own['00201209'] = { vr: 'IS', Value: [objects.length] };
  const all = { ...first.attributes, ...own };
  return Object.fromEntries(Object.entries(all).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Failure reasons of a store (PS3.18, table I.2-2). */
const REASONS: Readonly<Record<string, number>> = {
  'dicomweb-duplicate': 0x0111,
  'server-internal': 0x0110,
  'store-erased': 0x0124,
};
const CANNOT_UNDERSTAND = 0xc000;

/** Class and instance of an object that was not stored, as far as they can be read. */
function identity(bytes: Uint8Array): JsonDataSet {
  try {
    const { dataSet } = parseDicom(bytes, 'object');
    const said = [
      ['00081150', dataSet.text('SOPClassUID')],
      ['00081155', dataSet.text('SOPInstanceUID')],
    ] as const;
    return Object.fromEntries(said.flatMap(([key, uid]) => (uid === null ? [] : [[key, { vr: 'UI', Value: [uid] }]])));
  } catch {
    return {};
  }
}

/** What became of the objects of a store (PS3.18, annex I). The reason in words stands in Error Comment. */
function storeAnswer(taken: readonly Taken[], bodies: readonly Uint8Array[], root: string): JsonDataSet {
  const reference = (object: StoredObject) => ({
    '00081150': { vr: 'UI', Value: [object.sopClass] },
    '00081155': { vr: 'UI', Value: [object.instance] },
    '00081190': { vr: 'UR', Value: [`${root}${placeOf(object)}`] },
  });
  const failure = ({ code, message }: Problem, bytes: Uint8Array) => ({
    ...identity(bytes),
    '00081197': { vr: 'US', Value: [REASONS[code] ?? CANNOT_UNDERSTAND] },
    '00000902': { vr: 'LO', Value: [`${code}: ${message}`.slice(0, 64)] },
  });
  const stored = taken.flatMap((one) => ('object' in one ? [reference(one.object)] : []));
  const failed = taken.flatMap((one, i) => ('problem' in one ? [failure(one.problem, bodies[i]!)] : []));
  return {
    ...(failed.length === 0 ? {} : { '00081198': { vr: 'SQ', Value: failed } }),
    ...(stored.length === 0 ? {} : { '00081199': { vr: 'SQ', Value: stored } }),
  };
}
