import { randomBytes } from 'node:crypto';
import { dicomwebErrors } from '../errors.data.ts';
import type { JsonDataSet } from '../json.ts';
import { mediaType, readMultipart, writeMultipart } from '../multipart.ts';

export interface DicomwebOptions {
  /** Where the services begin: `https://host/dicom-web`. */
  readonly url: string;
  /** Sent with every request, such as Authorization. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Bytes of the longest answer; 2 GiB where not given. */
  readonly longest?: number;
  /** ms a request may take; 5 minutes where not given. */
  readonly timeout?: number;
}

export interface DicomwebPlace {
  readonly study?: string;
  readonly series?: string;
  readonly instance?: string;
}

/** A DICOMweb server asked. Every function throws `dicomweb-peer` where the server refuses or cannot be reached. */
export interface DicomwebClient {
  /** Stores DICOM files; what became of each, as the server says it (PS3.18, annex I). */
  store(files: readonly Uint8Array[], study?: string): Promise<JsonDataSet>;
  /** `studies`, `series` or `instances` that match. */
  search(
    level: 'studies' | 'series' | 'instances',
    parameters?: Readonly<Record<string, string>>,
    place?: DicomwebPlace,
  ): Promise<readonly JsonDataSet[]>;
  /** The DICOM files of a study, series or instance. */
  retrieve(place: DicomwebPlace): Promise<readonly Uint8Array[]>;
  metadata(place: DicomwebPlace): Promise<readonly JsonDataSet[]>;
  /** Frames, counted from 1, without compression. */
  frames(place: Required<DicomwebPlace>, frames: readonly number[]): Promise<readonly Uint8Array[]>;
}

const LONGEST = 2 ** 31;
const TIMEOUT = 300_000;

export function dicomwebClient(options: DicomwebOptions): DicomwebClient {
  const { headers = {}, longest = LONGEST, timeout = TIMEOUT } = options;
  const root = options.url.replace(/\/+$/, '');

  async function ask(path: string, accept: string, body?: { readonly type: string; readonly bytes: Uint8Array }) {
    const refuse = (why: string, cause?: unknown) =>
      dicomwebErrors.error('dicomweb-peer', `${root}${path}: ${why}`, { element: path }, undefined, cause);
    const response = await fetch(`${root}${path}`, {
      headers: { ...headers, accept, ...(body === undefined ? {} : { 'content-type': body.type }) },
      signal: AbortSignal.timeout(timeout),
      ...(body === undefined ? {} : { method: 'POST', body: Buffer.from(body.bytes) }),
    }).catch((cause: unknown) => {
      throw refuse(cause instanceof Error ? cause.message : String(cause), cause);
    });
    const parts: Uint8Array[] = [];
    let size = 0;
    try {
      for await (const part of response.body ?? []) {
        size += part.length;
        if (size > longest) throw refuse(`the answer is longer than ${longest} bytes`);
        parts.push(part);
      }
    } catch (cause) {
      if (cause instanceof Error && 'code' in cause && cause.code === 'dicomweb-peer') throw cause;
      throw refuse('the answer ended early', cause);
    }
    const bytes = new Uint8Array(Buffer.concat(parts));
    const told = body !== undefined && response.status === 409;
    if (!response.ok && !told) throw refuse(`${response.status} ${new TextDecoder().decode(bytes.subarray(0, 500))}`);
    return { status: response.status, type: response.headers.get('content-type') ?? '', bytes, refuse };
  }

  async function json(path: string, body?: { readonly type: string; readonly bytes: Uint8Array }): Promise<unknown> {
    const { status, bytes, refuse } = await ask(path, 'application/dicom+json', body);
    if (status === 204) return [];
    try {
      return JSON.parse(new TextDecoder().decode(bytes));
    } catch (cause) {
      throw refuse('the answer is no JSON', cause);
    }
  }

  async function parts(path: string, inside: string): Promise<readonly Uint8Array[]> {
    const { type, bytes, refuse } = await ask(path, `multipart/related; type="${inside}"`);
    const media = mediaType(type);
    if (media?.type === inside) return [bytes];
    if (media?.type !== 'multipart/related' || media.parameters.boundary === undefined)
      throw refuse(`the answer is ${type || 'of no type'}`);
    return readMultipart(bytes, media.parameters.boundary).map(({ body }) => body);
  }

  return {
    async store(files, study) {
      const boundary = randomBytes(16).toString('hex');
      const bytes = writeMultipart(
        files.map((body) => ({ headers: { 'Content-Type': 'application/dicom' }, body })),
        boundary,
      );
      const type = `multipart/related; type="application/dicom"; boundary=${boundary}`;
      return (await json(`/studies${study === undefined ? '' : `/${study}`}`, { type, bytes })) as JsonDataSet;
    },
    async search(level, parameters = {}, place = {}) {
      const query = new URLSearchParams(parameters).toString();
      const within = level === 'studies' ? '' : pathOf({ ...place, instance: undefined });
      return (await json(`${within}/${level}${query === '' ? '' : `?${query}`}`)) as readonly JsonDataSet[];
    },
    retrieve: (place) => parts(pathOf(place), 'application/dicom'),
    metadata: async (place) => (await json(`${pathOf(place)}/metadata`)) as readonly JsonDataSet[],
    frames: (place, frames) => parts(`${pathOf(place)}/frames/${frames.join(',')}`, 'application/octet-stream'),
  };
}

function pathOf({ study, series, instance }: { readonly [Level in keyof DicomwebPlace]: string | undefined }): string {
  const steps = [
    ['studies', study],
    ['series', series],
    ['instances', instance],
  ] as const;
  return steps.map(([name, uid]) => (uid === undefined ? '' : `/${name}/${encodeURIComponent(uid)}`)).join('');
}
