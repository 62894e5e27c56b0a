import { parentPort, workerData } from 'node:worker_threads';
import { publishMqtt } from '@gemel/exchange/device/node/mqtt/publisher';

const { port, clients, before, messages, values } = workerData as {
  readonly port: number;
  readonly clients: number;
  /** Messages of each device that are sent before time is taken. */
  readonly before: number;
  readonly messages: number;
  readonly values: number;
};

const START = Date.UTC(2024, 0, 1);
/** Glucose, which a twin binds, every second of a device's own subject. */
function payload(n: number): Uint8Array {
  const rows = Array.from({ length: values }, (_, i) => {
    const at = n * values + i;
    return { time: new Date(START + at * 1000).toISOString(), code: '99504-3', value: 100 + (at % 50), unit: 'mg/dL' };
  });
  return new TextEncoder().encode(JSON.stringify(values === 1 ? rows[0] : rows));
}

/** Each device connects and publishes its messages from one number on, until all are acknowledged. */
const sent = (first: number, count: number) =>
  Promise.all(
    Array.from({ length: clients }, (_, device) => {
      const topic = `twins/patient-${device}/device-${device}/values`;
      const own = Array.from({ length: count }, (_, n) => ({ topic, payload: payload(first + n) }));
      return publishMqtt(own, { url: `mqtt://127.0.0.1:${port}`, access: { clientId: `device-${device}` } });
    }),
  );
await sent(0, before);
const begin = performance.now();
await sent(before, messages);
parentPort!.postMessage((performance.now() - begin) / 1000);
