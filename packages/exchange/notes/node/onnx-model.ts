import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { noteErrors } from '../errors.data.ts';
import { type Labelled, type LabelMeaning, spansOf } from '../labels.ts';
import type { ModelSpan, NoteModel } from '../model.ts';
import { WordPieces } from '../word-pieces.ts';

/** As much of onnxruntime's interface as is used: that of onnxruntime-node and of onnxruntime-web alike. */
export interface OnnxRuntime {
  readonly InferenceSession: { create(model: Uint8Array): Promise<OnnxSession> };
  readonly Tensor: new (type: 'int64', data: BigInt64Array, dims: readonly number[]) => unknown;
}
interface OnnxSession {
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  run(
    feeds: Readonly<Record<string, unknown>>,
  ): Promise<Readonly<Record<string, { readonly data: unknown; readonly dims: readonly number[] }>>>;
}

export interface OnnxModelOptions {
  /** Name and version, for provenance. */
  readonly id: string;
  /** What labels mean where their words do not say it. */
  readonly labels?: LabelMeaning;
  /** The engine; absent: onnxruntime-node, if the user installed it. */
  readonly runtime?: OnnxRuntime;
}

/** Pieces a model of this kind takes at once, its two marks included. */
const WINDOW = 512;
/** Pieces two windows share, so that a span at an edge is seen whole in one of them. */
const SHARED = 64;

/**
 * A token-classification model from a folder as Hugging Face exports it: `model.onnx`, `vocab.txt` (WordPiece) and `config.json` with
 * `id2label`; `tokenizer_config.json` may say `do_lower_case`. The engine is the user's own: none comes with this project.
 * @throws note-model-runtime, note-model-invalid
 */
export async function loadOnnxModel(folder: string, options: OnnxModelOptions): Promise<NoteModel> {
  const runtime = options.runtime ?? (await installedRuntime());
  const invalid = (file: string, what: string, cause?: unknown) =>
    noteErrors.error('note-model-invalid', `${file}: ${what}.`, { file }, undefined, cause);
  const read = (name: string) =>
    readFile(join(folder, name)).catch((cause) => {
      throw invalid(name, 'cannot be read', cause);
    });
  const json = async (name: string): Promise<Record<string, unknown>> => {
    try {
      return JSON.parse((await read(name)).toString('utf8'));
    } catch (cause) {
      throw invalid(name, 'is no JSON', cause);
    }
  };
  const { id2label } = await json('config.json');
  if (typeof id2label !== 'object' || id2label === null) throw invalid('config.json', 'has no id2label');
  const labels = Object.entries(id2label)
    .sort(([a], [b]) => Number(a) - Number(b))
    .map(([, label]) => String(label));
  const { do_lower_case: lowerCase = true } = await json('tokenizer_config.json').catch(
    () => ({}) as Record<string, unknown>,
  );
  let pieces: WordPieces;
  let session: OnnxSession;
  const [vocabulary, bytes] = [(await read('vocab.txt')).toString('utf8'), await read('model.onnx')];
  try {
    pieces = new WordPieces(vocabulary, lowerCase === true);
  } catch (cause) {
    throw invalid('vocab.txt', (cause as Error).message, cause);
  }
  try {
    session = await runtime.InferenceSession.create(new Uint8Array(bytes));
  } catch (cause) {
    throw invalid('model.onnx', `cannot be loaded (${(cause as Error).message})`, cause);
  }
  return { id: options.id, spans };

  async function spans(text: string): Promise<readonly ModelSpan[]> {
    const all = pieces.cut(text);
    const places = new Map<number, Labelled>();
    const step = WINDOW - 2 - SHARED;
    for (let from = 0; from < all.length; from += step) {
      const part = all.slice(from, from + WINDOW - 2);
      const scores = await classify([pieces.begin, ...part.map(({ id }) => id), pieces.end]);
      part.forEach(({ charStart, charEnd, first }, i) => {
        // A word has the label of its first piece; in the overlap each window speaks for the half that it sees around.
        const at = from + i;
        if (i < SHARED / 2 && from > 0) return;
        if (first) places.set(at, { charStart, charEnd: wordEnd(all, at, charEnd), ...scores[i + 1]! });
      });
    }
    return spansOf(
      [...places].sort(([a], [b]) => a - b).map(([, place]) => place),
      options.labels,
    );
  }

  async function classify(
    ids: readonly number[],
  ): Promise<readonly { readonly label: string; readonly score: number }[]> {
    const tensor = (values: readonly number[]) =>
      new runtime.Tensor('int64', BigInt64Array.from(values, BigInt), [1, values.length]);
    const inputs: Readonly<Record<string, () => unknown>> = {
      input_ids: () => tensor(ids),
      attention_mask: () => tensor(ids.map(() => 1)),
      token_type_ids: () => tensor(ids.map(() => 0)),
    };
    const feeds = Object.fromEntries(
      session.inputNames.map((name) => {
        const make = inputs[name];
        if (make === undefined) throw invalid('model.onnx', `asks for an input “${name}”`);
        return [name, make()];
      }),
    );
    const output = (await session.run(feeds))[session.outputNames[0]!]!;
    const data = output.data;
    if (!(data instanceof Float32Array) || data.length !== ids.length * labels.length)
      throw invalid(
        'model.onnx',
        `gives ${output.dims.join(' × ')} where ${ids.length} × ${labels.length} labels are wanted`,
      );
    return ids.map((_, i) => best(data.subarray(i * labels.length, (i + 1) * labels.length)));
  }

  function best(logits: Float32Array): { readonly label: string; readonly score: number } {
    const top = logits.reduce((at, value, i) => (value > logits[at]! ? i : at), 0);
    const sum = logits.reduce((total, value) => total + Math.exp(value - logits[top]!), 0);
    return { label: labels[top]!, score: 1 / sum };
  }
}

/** Where the word ends whose first piece this is. */
function wordEnd(
  pieces: readonly { readonly charEnd: number; readonly first: boolean }[],
  at: number,
  end: number,
): number {
  let last = end;
  for (let i = at + 1; i < pieces.length && !pieces[i]!.first; i++) last = pieces[i]!.charEnd;
  return last;
}

/** onnxruntime-node where the user installed it; its own installation downloads, so that none is declared here. */
async function installedRuntime(): Promise<OnnxRuntime> {
  const name = 'onnxruntime-node';
  try {
    const module = (await import(name)) as OnnxRuntime & { readonly default?: OnnxRuntime };
    return module.default ?? module;
  } catch (cause) {
    throw noteErrors.error('note-model-runtime', `${name} is not installed.`, {}, undefined, cause);
  }
}
