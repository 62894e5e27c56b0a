import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readAcknowledgement } from '@gemel/exchange/hl7v2/acknowledge';
import { convertMessage } from '@gemel/exchange/hl7v2/convert';
import { type Message, parseMessage } from '@gemel/exchange/hl7v2/message';
import { listenMllp } from '@gemel/exchange/hl7v2/node/listener';
import { sendMllp } from '@gemel/exchange/hl7v2/node/sender';
import { takingPool } from '@gemel/exchange/hl7v2/node/taking-pool';
import { takeMessage } from '@gemel/exchange/hl7v2/take';
import { Hl7v2Intake } from '@gemel/server/node/hl7v2-intake';
import { openWorld } from '@gemel/server/node/world';
import type { Bench, BenchRow } from './bench.ts';
import { report } from './hl7v2-workload.ts';

const PROGRAM = new URL('python/hl7_parse.py', import.meta.url).pathname;
const UNIT = 'messages/s';

function parsed(bytes: Uint8Array): Message {
  const message = parseMessage(bytes, 0, bytes.length);
  if (!('segments' in message)) throw new Error(message.message);
  return message;
}

/** Parses, and reads every component of every field as text; gives how many there were. */
function readAll(bytes: Uint8Array): number {
  let parts = 0;
  for (const segment of parsed(bytes).segments) {
    for (let n = 1; n <= segment.count; n++) {
      for (const { components } of segment.field(n))
        for (const component of components) parts += component.parts.length;
    }
  }
  return parts;
}

/** Messages per CPU second, the best of three, the first of which also has the code compiled. */
function rate(messages: readonly Uint8Array[], work: (bytes: Uint8Array) => unknown): number {
  let best = 0;
  for (let trial = 0; trial < 3; trial++) {
    const start = process.cpuUsage();
    for (const bytes of messages) work(bytes);
    const { user, system } = process.cpuUsage(start);
    best = Math.max(best, messages.length / ((user + system) / 1e6));
  }
  return best;
}

function peer(name: string, file: string): number | string {
  const python = process.env.GEMEL_BENCH_PYTHON ?? 'python3';
  const { status, stdout, stderr, error } = spawnSync(python, [PROGRAM, name, file], {
    encoding: 'utf8',
    timeout: 300_000,
  });
  if (error !== undefined) return `${python} could not be started`;
  return status === 0 ? Number(stdout.trim()) : stderr.trim().split('\n').at(-1) || `${python} ended with ${status}`;
}

/** Acknowledged messages per second of wall time: each answered after its values are in the log on the disk. */
async function acknowledged(connections: number, each: number, values: number): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'gemel-mllp-'));
  const world = await openWorld({ folder });
  const readers = takingPool();
  const intake = new Hl7v2Intake({ world, readers });
  const listener = await listenMllp({ port: 0, take: (message, from) => intake.answer(message, from) });
  const send = async (first: number, count: number) => {
    const messages = Array.from({ length: count }, (_, i) => report(first + i, values));
    for await (const reply of sendMllp(messages, { host: '127.0.0.1', port: listener.port, window: 64 })) {
      const answer = readAcknowledgement(reply);
      if (answer?.code !== 'CA') throw new Error(`${answer?.code} ${answer?.errors.join('; ')}`);
    }
  };
  try {
    await send(0, 1000);
    const start = performance.now();
    await Promise.all(Array.from({ length: connections }, (_, i) => send(1000 + i * each, each)));
    return (connections * each) / ((performance.now() - start) / 1000);
  } finally {
    await listener.close();
    await readers.close();
    await world.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Parsing in CPU time on one core, peers in the same run; acknowledgements in wall time. */
export default {
  id: 'hl7v2',
  title: 'HL7 v2: laboratory reports of ten values (1.9 kB)',
  async run() {
    const messages = Array.from({ length: 4000 }, (_, i) => report(i));
    const folder = mkdtempSync(join(tmpdir(), 'gemel-hl7-'));
    const file = join(folder, 'messages');
    writeFileSync(file, messages.map((bytes) => `${new TextDecoder().decode(bytes)}\f`).join(''));
    const own = rate(messages, readAll);
    const rows: BenchRow[] = [
      {
        name: 'divide into segments and fields: Gemel',
        value: rate(messages, parsed),
        unit: UNIT,
      },
      {
        name: 'parse and read every component: Gemel',
        value: own,
        unit: UNIT,
        ratio: 1,
        note: 'asked: 20,000',
      },
    ];
    for (const [name, title] of [
      ['hl7', 'python-hl7'],
      ['hl7apy', 'hl7apy'],
    ] as const) {
      const other = peer(name, file);
      rows.push(
        typeof other === 'string'
          ? { name: `parse: ${title}`, value: null, unit: UNIT, note: `not run: ${other}` }
          : { name: `parse: ${title}`, value: other, unit: UNIT, ratio: other / own },
      );
    }
    rmSync(folder, { recursive: true, force: true });
    const some = messages.slice(0, 1000);
    rows.push({
      name: 'to FHIR R4 with the account of every field: Gemel',
      value: rate(some, (bytes) => convertMessage(parsed(bytes), 'bench', null)),
      unit: UNIT,
    });
    rows.push({
      name: 'to what goes into the log: Gemel',
      value: rate(some, (bytes) => takeMessage(bytes, { name: 'bench', sha256: '' })),
      unit: UNIT,
    });
    for (const values of [1, 10]) {
      const many = values === 1 ? 'one value' : `${values} values`;
      rows.push({
        name: `MLLP, reports of ${many}, acknowledged once they are in the log on the disk: Gemel`,
        value: await acknowledged(8, values === 1 ? 1000 : 500, values),
        unit: `${UNIT} of wall time`,
        note: 'asked: 2,000; 8 connections, sender and listener in one process; read in threads beside it',
      });
    }
    return rows;
  },
} satisfies Bench;
