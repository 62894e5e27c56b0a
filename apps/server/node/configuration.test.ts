import { readFileSync } from 'node:fs';
import { CodedError } from '@gemel/core';
import { describe, expect, test } from 'vitest';
import { defaultConfiguration, readConfiguration, SETTINGS } from './configuration.ts';

const read = (file: string) => {
  if (file === 'missing.pem') throw new Error('no such file');
  return `PEM of ${file}`;
};
const wrong = (environment: Record<string, string>): string => {
  try {
    readConfiguration(environment, read);
  } catch (error) {
    expect(error).toBeInstanceOf(CodedError);
    expect((error as CodedError).code).toBe('server-configuration');
    return (error as CodedError).message;
  }
  return 'taken';
};

describe('the settings of the server', () => {
  test('say nothing: loopback, and nobody logs in', () => {
    expect(defaultConfiguration).toMatchObject({ auth: { kind: 'off' }, host: '127.0.0.1', tls: null, url: null });
    expect(defaultConfiguration).toMatchObject({ registration: false, launcher: false, frameAncestors: [] });
  });

  test('a hospital behind its own certificate', () => {
    const found = readConfiguration(
      {
        GEMEL_AUTH: 'outside',
        GEMEL_ISSUER: 'https://login.hospital.example/realms/a/',
        GEMEL_HOST: '0.0.0.0',
        GEMEL_URL: 'https://twins.hospital.example/',
        GEMEL_TLS_KEY: 'key.pem',
        GEMEL_TLS_CERT: 'cert.pem',
        GEMEL_FRAME_ANCESTORS: 'https://record.hospital.example https://other.example:8443',
        GEMEL_CDS_CLIENTS: 'https://record.hospital.example=https://record.hospital.example/jwks',
        GEMEL_RATE: '100',
        GEMEL_LOG: 'info',
      },
      read,
    );
    expect(found).toMatchObject({
      auth: { kind: 'outside', issuer: 'https://login.hospital.example/realms/a', jwks: null },
      url: 'https://twins.hospital.example',
      tls: { key: 'PEM of key.pem', cert: 'PEM of cert.pem' },
      frameAncestors: ['https://record.hospital.example', 'https://other.example:8443'],
      cdsClients: { 'https://record.hospital.example': 'https://record.hospital.example/jwks' },
      requestsPerMinute: 100,
      logLevel: 'info',
    });
  });

  test.each<[Record<string, string>, RegExp]>([
    [{ GEMEL_AUTH: 'yes' }, /GEMEL_AUTH: "yes" is none of off, embedded, outside/],
    [{ GEMEL_AUTH: 'outside' }, /GEMEL_ISSUER: is needed/],
    [{ GEMEL_ISSUER: 'https://a.example' }, /GEMEL_ISSUER: needs GEMEL_AUTH=outside/],
    [{ GEMEL_AUTH: 'outside', GEMEL_ISSUER: 'http://login.example' }, /GEMEL_ISSUER: .*by https/],
    [{ GEMEL_AUTH: 'outside', GEMEL_ISSUER: 'nonsense' }, /GEMEL_ISSUER/],
    [{ GEMEL_HOST: '0.0.0.0' }, /needs GEMEL_AUTH[\s\S]*needs GEMEL_TLS_KEY[\s\S]*GEMEL_URL: is needed/],
    [{ GEMEL_AUTH: 'embedded', GEMEL_HOST: '10.0.0.1', GEMEL_URL: 'https://a.example' }, /needs GEMEL_TLS_KEY/],
    [{ GEMEL_HOST: 'twins.example' }, /no address of this machine/],
    [{ GEMEL_TLS_KEY: 'key.pem' }, /given together/],
    [{ GEMEL_TLS_KEY: 'missing.pem', GEMEL_TLS_CERT: 'cert.pem' }, /GEMEL_TLS_KEY: "missing.pem" cannot be read/],
    [{ GEMEL_FRAME_ANCESTORS: '*' }, /"\*" is no origin/],
    [{ GEMEL_FRAME_ANCESTORS: 'https://a.example/path' }, /no origin/],
    [{ GEMEL_CORS_ORIGINS: 'null' }, /no origin/],
    [{ GEMEL_RATE: '0' }, /GEMEL_RATE: "0" is no whole number/],
    [{ GEMEL_RATE: '1e3x' }, /GEMEL_RATE/],
    [{ GEMEL_BODY_LIMIT: '-1' }, /GEMEL_BODY_LIMIT/],
    [{ GEMEL_REQUEST_TIMEOUT: '1.5' }, /GEMEL_REQUEST_TIMEOUT/],
    [{ GEMEL_TRUSTED_PROXIES: 'anything' }, /GEMEL_TRUSTED_PROXIES: "anything" is no address/],
    [{ GEMEL_LOG: 'loud' }, /GEMEL_LOG/],
    [{ GEMEL_REGISTRATION: 'true' }, /GEMEL_REGISTRATION/],
    [{ GEMEL_URL: 'https://user@a.example' }, /GEMEL_URL/],
    [{ GEMEL_URL: 'ftp://a.example' }, /GEMEL_URL/],
    [{ GEMEL_CDS_CLIENTS: 'https://a.example' }, /is not issuer=address/],
    [{ GEMEL_JWKS: 'keys.json' }, /GEMEL_JWKS/],
  ])('%j is refused with its name', (environment, words) => expect(wrong(environment)).toMatch(words));

  test('every wrong value is named at once', () => {
    expect(wrong({ GEMEL_AUTH: 'x', GEMEL_RATE: 'y', GEMEL_LOG: 'z' }).split('\n')).toHaveLength(3);
  });

  test('the guide lists every setting as it is', () => {
    const guide = readFileSync(new URL('../../../docs/guides/smart-and-cds-hooks.md', import.meta.url), 'utf8');
    const listed = guide.split('\n').filter((line) => line.startsWith('| `GEMEL_'));
    const settings = Object.entries(SETTINGS);
    expect(listed).toEqual(
      settings.map(([name, { meaning, default: none }]) => `| \`${name}\` | ${meaning} | ${none} |`),
    );
  });

  test('every setting is read, and says what it means', () => {
    for (const [name, { meaning }] of Object.entries(SETTINGS)) {
      expect(meaning.length).toBeGreaterThan(10);
      expect(wrong({ [name]: '\u0000 ' }), name).not.toBe('taken');
    }
  });
});
