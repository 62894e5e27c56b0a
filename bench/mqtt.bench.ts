import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { listenMqtt } from '@gemel/exchange/device/node/mqtt/broker';
import { topicPattern } from '@gemel/exchange/device/topic';
import { MqttIntake } from '@gemel/server/node/mqtt-intake';
import { openWorld } from '@gemel/server/node/world';
import type { Bench, BenchRow } from './bench.ts';

const UNIT = 'values/s of wall time';

interface Measured {
  readonly perSecond: number;
  readonly stored: number;
}

/** Values a second that clients of another thread have acknowledged; each is in the log on the disk by then. */
async function acknowledged(clients: number, before: number, messages: number, values: number): Promise<Measured> {
  const folder = mkdtempSync(join(tmpdir(), 'gemel-mqtt-'));
  const world = await openWorld({ folder });
  const pattern = topicPattern('twins/{subject}/{device}/#')!;
  const intake = new MqttIntake({ world, pattern });
  const anybody = {};
  const broker = await listenMqtt({
    port: 0,
    pattern,
    clock: world.clock,
    pace: 1e9,
    authenticate: async () => anybody,
    allowed: () => true,
    take: (message) => intake.take(message),
  });
  const worker = new Worker(new URL('./node/mqtt-devices.ts', import.meta.url), {
    workerData: { port: broker.port, clients, before, messages, values },
  });
  try {
    const seconds = await new Promise<number>((resolve, reject) => {
      worker.once('message', resolve);
      worker.once('error', reject);
    });
    const subjects = await world.store.subjects();
    let stored = 0;
    for (const { subject } of subjects) {
      stored += (await world.store.read({ subject, kinds: ['observation'] })).length;
    }
    return { perSecond: (clients * messages * values) / seconds, stored };
  } finally {
    await worker.terminate();
    await broker.close();
    await world.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Over a socket into SQLite, QoS 1: what is not acknowledged does not count. */
export default {
  id: 'mqtt',
  title: 'MQTT: values of devices into the log, acknowledged (QoS 1) once they are on the disk',
  async run() {
    const rows: BenchRow[] = [];
    for (const [clients, before, messages, values] of [
      [16, 100, 400, 1],
      [16, 60, 150, 10],
      [16, 20, 40, 60],
    ] as const) {
      const { perSecond, stored } = await acknowledged(clients, before, messages, values);
      // What warms up is stored too.
      if (stored !== clients * (before + messages) * values) throw new Error(`${stored} values are in the log`);
      const many = values === 1 ? 'one value' : `${values} values`;
      rows.push({
        name: `${clients} devices, ${many} a message: Gemel`,
        value: perSecond,
        unit: UNIT,
        note: values === 10 ? 'asked: 10,000' : 'devices in a thread of their own',
      });
    }
    return rows;
  },
} satisfies Bench;
