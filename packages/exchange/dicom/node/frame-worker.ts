import { parentPort, workerData } from 'node:worker_threads';
import { CodedError } from '@gemel/core/error';
import { decodeFrame, needsCodecs } from '../frame.ts';
import { TRANSFER_SYNTAXES } from '../uids.data.ts';
import { wasmCodecs } from './codecs.ts';
import type { FrameAnswer, FrameTask } from './frame-pool.ts';

const { mostBytes } = workerData as { mostBytes: number };
const codecs = wasmCodecs(mostBytes);

parentPort!.on('message', async (task: FrameTask) => {
  let answer: FrameAnswer;
  try {
    const syntax = TRANSFER_SYNTAXES[task.syntax]!;
    const { pixels } = syntax;
    if (needsCodecs(syntax)) await codecs.ready(pixels as 'jpeg-ls');
    const frame = decodeFrame(task.source, task.description, syntax, task.place, codecs);
    answer = { id: task.id, frame };
  } catch (error) {
    const problem = error instanceof CodedError ? error.toJSON() : null;
    answer = { id: task.id, problem, message: String((error as Error)?.message ?? error) };
  }
  const moved = 'frame' in answer ? [answer.frame.values.buffer as ArrayBuffer] : [];
  parentPort!.postMessage(answer, moved);
});
