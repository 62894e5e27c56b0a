import { parentPort, workerData } from 'node:worker_threads';
import { DEMO_PEOPLE, liveDays } from './demo-people.ts';

/** Generates everyone's days, one after the other, and sends each over as soon as it is lived. */
const { seed } = workerData as { readonly seed: number };
for (const person of DEMO_PEOPLE) parentPort!.postMessage(liveDays(person, seed));
