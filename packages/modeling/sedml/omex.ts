import { escapeXml, parseXml } from '../sbml/xml.ts';
import { sedmlErrors } from './errors.data.ts';
import { type ArchiveLimits, readZip, safePath, writeZip } from './zip.ts';

const MANIFEST = 'http://identifiers.org/combine.specifications/omex-manifest';
const SPECIFICATIONS = 'http://identifiers.org/combine.specifications/';

/** A file of a COMBINE archive and the format that its manifest gives. */
export interface ArchiveFile {
  /** Relative, without `./`. */
  readonly name: string;
  /** What follows `combine.specifications/`, as in `sbml.level-3.version-1`, or else the whole address or media type. */
  readonly format: string;
  readonly master: boolean;
  readonly content: Uint8Array;
}

/** A COMBINE archive: Bergmann et al., BMC Bioinformatics 15 (2014) 369, doi:10.1186/s12859-014-0369-z. */
export function writeOmex(files: readonly ArchiveFile[]): Uint8Array {
  const contents = files.map(
    ({ name, format, master }) =>
      `  <content location="./${escapeXml(name)}" format="${escapeXml(formatAddress(format))}"${master ? ' master="true"' : ''}/>`,
  );
  const manifest = [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<omexManifest xmlns="${MANIFEST}">`,
    `  <content location="." format="${SPECIFICATIONS}omex"/>`,
    `  <content location="./manifest.xml" format="${MANIFEST}"/>`,
    ...contents,
    '</omexManifest>',
    '',
  ].join('\n');
  return writeZip(
    new Map([
      ['manifest.xml', new TextEncoder().encode(manifest)],
      ...files.map(({ name, content }) => [name, content] as const),
    ]),
  );
}

/**
 * The files of an archive that its manifest lists.
 * @throws omex-… , and errors of the XML reader for its manifest
 */
export function readOmex(bytes: Uint8Array, file: string, limits?: ArchiveLimits): readonly ArchiveFile[] {
  const files = readZip(bytes, file, limits);
  const manifest = files.get('manifest.xml');
  if (manifest === undefined) throw sedmlErrors.error('omex-manifest', 'The archive has no manifest.xml.', { file });
  const root = parseXml(decode(manifest), `${file}/manifest.xml`);
  if (root.name !== 'omexManifest') {
    throw sedmlErrors.error('omex-manifest', `The manifest is <${root.name}>, not <omexManifest>.`, { file });
  }
  return root.children.flatMap((content) => {
    const location = content.attributes.get('location');
    const format = content.attributes.get('format');
    if (content.name !== 'content' || location === undefined || format === undefined) {
      throw sedmlErrors.error('omex-manifest', 'An entry of the manifest has no location or format.', {
        file: `${file}/manifest.xml`,
        line: content.line,
      });
    }
    if (location === '.' || location === './') return [];
    const name = safePath(location, file);
    if (name === 'manifest.xml') return [];
    const found = files.get(name);
    if (found === undefined) {
      throw sedmlErrors.error('omex-manifest', `The manifest names ${name}, which the archive does not hold.`, {
        file: `${file}/manifest.xml`,
        line: content.line,
        element: name,
      });
    }
    const master = content.attributes.get('master') === 'true';
    return [{ name, format: shortFormat(format), master, content: found }];
  });
}

/** Text of a file. */
export function decode(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

function formatAddress(format: string): string {
  return /^[a-z][a-z-]*(\.|$)/.test(format) && !format.includes('/') ? SPECIFICATIONS + format : format;
}

function shortFormat(format: string): string {
  return /^https?:\/\/identifiers\.org\/combine\.specifications[/:](.*)$/.exec(format)?.[1] ?? format;
}

/** Whether a format of an archive is of a family, as `sed-ml` or `sbml`. */
export function isFormat(format: string, family: string): boolean {
  return format === family || format.startsWith(`${family}.`);
}
