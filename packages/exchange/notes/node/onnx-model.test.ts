import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { spansOf } from '../labels.ts';
import { readNote } from '../read-note.ts';
import { WordPieces } from '../word-pieces.ts';
import { loadOnnxModel, type OnnxRuntime } from './onnx-model.ts';

const FOLDER = new URL('../fixtures/tiny-model', import.meta.url).pathname;
const NAME = 'onnxruntime-node';
const installed: OnnxRuntime | null = await import(process.env.GEMEL_ONNX_RUNTIME ?? NAME).then(
  (module) => module.default ?? module,
  () => null,
);

describe('a model of the user', () => {
  it('without the engine that runs it is refused with a code', async () => {
    if (installed !== null && process.env.GEMEL_ONNX_RUNTIME === undefined) return;
    await expect(loadOnnxModel(FOLDER, { id: 'tiny 1' })).rejects.toMatchObject({ code: 'note-model-runtime' });
  });

  // The engine is never installed here, since its installation downloads; GEMEL_ONNX_RUNTIME names one installed elsewhere.
  it.skipIf(installed === null)('marks spans, on which the rules then assert', async () => {
    const model = await loadOnnxModel(FOLDER, { id: 'tiny 1', runtime: installed! });
    const text = 'No brain fog. Takes aspirin, and fog.';
    const spans = await model.spans(text);
    expect(spans.map(({ charStart, charEnd, kind }) => [text.slice(charStart, charEnd), kind])).toEqual([
      ['brain fog', 'problem'],
      ['aspirin', 'drug'],
      ['fog', 'problem'],
    ]);
    for (const { score } of spans) expect(score).toBeCloseTo(1 / (1 + 4 * Math.exp(-4)), 6);
    const { findings } = readNote(text, { model: { id: model.id, spans } });
    expect(findings.map(({ rule, assertion }) => [rule, assertion.negated])).toEqual([
      ['model.tiny 1', true],
      ['drug.signature', false],
      ['model.tiny 1', false],
    ]);
    const long = 'and '.repeat(2000);
    const far = await model.spans(`${long}brain fog ${long}`);
    expect(far).toMatchObject([{ charStart: long.length, charEnd: long.length + 9, kind: 'problem' }]);
  });

  it('whose files do not fit is refused, naming the file', async () => {
    const runtime = {
      InferenceSession: { create: () => Promise.reject(new Error('no protobuf')) },
      Tensor: class {},
    } as unknown as OnnxRuntime;
    const folder = mkdtempSync(join(tmpdir(), 'gemel-model-'));
    const refused = (file: string) =>
      expect(loadOnnxModel(folder, { id: 'x', runtime })).rejects.toMatchObject({
        code: 'note-model-invalid',
        where: { file },
      });
    try {
      await refused('config.json');
      writeFileSync(join(folder, 'config.json'), '{}');
      await refused('config.json');
      writeFileSync(join(folder, 'config.json'), readFileSync(join(FOLDER, 'config.json')));
      await refused('vocab.txt');
      writeFileSync(join(folder, 'vocab.txt'), 'a\nb');
      writeFileSync(join(folder, 'model.onnx'), 'x');
      await refused('vocab.txt');
      writeFileSync(join(folder, 'vocab.txt'), '[UNK]\n[CLS]\n[SEP]');
      await refused('model.onnx');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('words are cut into their longest pieces, with the characters of each', () => {
    const pieces = new WordPieces(readFileSync(join(FOLDER, 'vocab.txt'), 'utf8'), true);
    expect(
      pieces.cut('Foggy ASPIRIN, xyz').map(({ charStart, charEnd, first, id }) => [charStart, charEnd, first, id]),
    ).toEqual([
      [0, 3, true, 6],
      [3, 5, false, 7],
      [6, 11, true, 12],
      [11, 13, false, 13],
      [13, 14, true, 1],
      [15, 18, true, 1],
    ]);
    expect(() => new WordPieces('a', true)).toThrow(/\[UNK\]/);
  });

  it('labels join into spans; what a label means may be told', () => {
    const place = (at: number, label: string) => ({ charStart: at, charEnd: at + 1, label, score: 0.5 });
    expect(
      spansOf([
        place(0, 'B-Disease'),
        place(2, 'I-Disease'),
        place(4, 'B-Disease'),
        place(6, 'O'),
        place(8, 'I-Drug'),
        place(9, 'B-Place'),
      ]),
    ).toEqual([
      { charStart: 0, charEnd: 3, kind: 'problem', score: 0.5 },
      { charStart: 4, charEnd: 5, kind: 'problem', score: 0.5 },
      { charStart: 8, charEnd: 9, kind: 'drug', score: 0.5 },
    ]);
    expect(spansOf([place(0, 'B-X')], { X: 'drug' })).toHaveLength(1);
  });
});
