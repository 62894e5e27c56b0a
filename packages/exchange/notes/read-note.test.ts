import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { byteOffsets } from './byte-offsets.ts';
import type { Finding } from './finding.ts';
import { corpus } from './fixtures/corpus.data.ts';
import { precision, recall, scoreCorpus } from './fixtures/score.ts';
import { secondCorpus } from './fixtures/second-corpus.data.ts';
import { readNote } from './read-note.ts';
import { extendRules, noteRules, parseRules } from './rules.ts';

const found = (text: string, context = {}) => readNote(text, context).findings;
const said = (finding: Finding | undefined) => finding && [finding.kind, finding.text, finding.assertion.negated];

describe('reading notes', () => {
  it('the corpus of the project: every kind and every axis above 95 % precision and recall', () => {
    const score = scoreCorpus([...corpus, ...secondCorpus]);
    expect(corpus.length).toBeGreaterThanOrEqual(150);
    for (const [name, tally] of Object.entries({ ...score.found, ...score.axes, ...score.drugs })) {
      expect([name, precision(tally) >= 0.95, recall(tally) >= 0.9]).toEqual([name, true, true]);
    }
  });

  it('spans are those of the text, in characters and in bytes', () => {
    const text = 'Ünïcode µ 😀 note: no fever; BP 120/80 mmHg – “metformin 500 mg PO BID”.';
    const bytes = new TextEncoder().encode(text);
    for (const { span, text: words } of found(text)) {
      expect(text.slice(span.charStart, span.charEnd)).toBe(words);
      expect(new TextDecoder().decode(bytes.subarray(span.byteStart, span.byteEnd))).toBe(words);
    }
    expect(found(text).map(({ kind }) => kind)).toEqual(['problem', 'measure', 'measure', 'drug']);
  });

  it('bytes of any text, lone surrogates among them', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 40 }), fc.nat(40), (text, cut) => {
        const at = Math.min(cut, text.length);
        const code = text.charCodeAt(at - 1);
        if (code >= 0xd800 && code < 0xdc00) return;
        expect(byteOffsets(text)(at)).toBe(new TextEncoder().encode(text.slice(0, at)).length);
      }),
    );
  });

  it('a value without unit is kept and not guessed; one whose unit is always the same says so', () => {
    const [sodium, weight, pressure] = found('Na 138. Weight 70. BP 120/80.');
    expect(sodium).toMatchObject({ measure: { unit: null, by: 'missing' } });
    expect(weight).toMatchObject({ measure: { unit: null, by: 'missing' } });
    expect(pressure).toMatchObject({ measure: { unit: 'mm[Hg]', by: 'convention' } });
    expect(found('Sodium 128 mg/dL.')).toMatchObject([{ measure: { unit: null, strange: 'mg/dL' } }]);
    expect(found('Hgb 412 g/dL')).toMatchObject([{ measure: { impossible: true } }]);
  });

  it('sections end where the next begins, and say what stands in them', () => {
    const text = 'PMH:\n- Asthma\nFAMILY HISTORY:\nStroke\nHPI:\nHas cough.\nPlan: return if fever.';
    const { sections, findings } = readNote(text);
    expect(sections.map(({ kind }) => kind)).toEqual(['past', 'family', 'history', 'plan']);
    expect(sections.map(({ charStart, charEnd }) => text.slice(charStart, charEnd).split(':')[0])).toEqual([
      'PMH',
      'FAMILY HISTORY',
      'HPI',
      'Plan',
    ]);
    expect(findings.map(({ assertion: { temporality, experiencer } }) => [temporality, experiencer])).toEqual([
      ['historical', 'patient'],
      ['recent', 'family'],
      ['recent', 'patient'],
      ['hypothetical', 'patient'],
    ]);
  });

  it('the words of an allergy end with the bracket that closes', () => {
    const words = (text: string) =>
      found(text)
        .filter(({ kind }) => kind === 'allergy')
        .map(({ text }) => text);
    expect(words('Allergic to penicillin (rash).')).toEqual(['penicillin (rash)']);
    expect(words('Allergies: penicillin (rash), sulfa (hives)')).toEqual(['penicillin (rash)', 'sulfa (hives)']);
    expect(words('(Allergic to penicillin with rash)')).toEqual(['penicillin with rash']);
    expect(words('Allergic to penicillin (rash')).toEqual(['penicillin (rash']);
    expect(words('Allergic to penicillin (gets a rash every time)')).toEqual(['penicillin (gets a rash']);
  });

  it('a sentence copied forward is known, within a note and from an earlier one', () => {
    const sentence = 'Patient has a fever and a cough with chills today.';
    const twice = found(`${sentence}\nNew line.\n${sentence}`);
    expect(twice.map(({ copiedFrom }) => copiedFrom)).toEqual([null, null, null, 0, 0, 0]);
    expect(found(sentence, { earlier: [sentence] }).every(({ copiedFrom }) => copiedFrom === -1)).toBe(true);
  });

  it('relative times count from the note', () => {
    const localTime = Date.UTC(2024, 2, 10, 14, 30);
    const at = (text: string) => {
      const time = found(text, { localTime })[0]!.time;
      return time && [time.kind, time.start === null ? null : new Date(time.start).toISOString().slice(0, 10)];
    };
    expect(at('Chest pain for 3 days.')).toEqual(['during', '2024-03-07']);
    expect(at('Fever since yesterday.')).toEqual(['since', '2024-03-09']);
    expect(at('Syncope 2 weeks ago.')).toEqual(['point', '2024-02-25']);
    expect(at('Stroke on 1/31.')).toEqual(['point', '2024-01-31']);
    expect(at('Stroke on 1/3.')).toEqual(['point', null]);
    expect(at('Fever on POD#2.')).toEqual(['point', '2024-03-08']);
    expect(at('A 3-day history of cough.')).toEqual(['during', '2024-03-07']);
    expect(at('Seizure in 2015.')).toEqual(['point', '2015-01-01']);
    expect(found('Chest pain for 3 days.')[0]!.time).toMatchObject({ start: null, text: 'for 3 days' });
  });

  it('what was removed for privacy is no word', () => {
    expect(found('[**Known lastname 123**] denies fever. **NAME[AAA, BBB] has ___ cough.').map(said)).toEqual([
      ['problem', 'fever', true],
      ['problem', 'cough', false],
    ]);
  });

  it('rules of the user come first, and a pseudo-trigger takes a trigger away', () => {
    const rules = extendRules({
      context: [
        { phrase: 'keine', acts: 'forward', says: 'negated' },
        { phrase: 'no', acts: 'pseudo' },
      ],
      problems: [{ name: 'Husten', codings: ['ICD-10-CM R05.9'] }],
      drugs: [{ name: 'paracetamolum', codings: [{ system: 'urn:x', code: '1' }] }],
    });
    expect(found('Keine Husten. no fever. paracetamolum 1 g PO', { rules }).map(said)).toEqual([
      ['problem', 'Husten', true],
      ['problem', 'fever', false],
      ['drug', 'paracetamolum 1 g PO', false],
    ]);
  });

  it.each([
    [[], ''],
    [{ words: [] }, 'words'],
    [{ context: {} }, 'context'],
    [{ context: [{ phrase: 'x', acts: 'sideways' }] }, 'context[0].acts'],
    [{ context: [{ phrase: 'x', acts: 'forward' }] }, 'context[0].says'],
    [{ context: [{ phrase: 'x', acts: 'forward', says: 'maybe' }] }, 'context[0].says'],
    [{ context: [{ phrase: 'x', acts: 'forward', says: 'negated', within: 0 }] }, 'context[0].within'],
    [{ problems: [{ name: '' }] }, 'problems[0].name'],
    [{ problems: [{ name: 'x', codings: ['FOO 1'] }] }, 'problems[0].codings[0]'],
    [{ drugs: ['x'] }, 'drugs[0]'],
    [{ drugs: [{ name: 'x', codings: 'RxNorm 1' }] }, 'drugs[0].codings'],
    [{ drugs: [{ name: 'x', codings: ['constructor 1'] }] }, 'drugs[0].codings[0]'],
    [{ drugs: [{ name: 'x', also: 'y' }] }, 'drugs[0].also'],
  ])('rules that have not the form of rules are refused: %j', (json, element) => {
    expect(() => extendRules(json, 'rules.json')).toThrow(
      expect.objectContaining({ code: 'note-rules-invalid', where: { file: 'rules.json', element } }),
    );
  });

  it('a file of rules that is no JSON is refused', () => {
    expect(() => parseRules('{', 'rules.json')).toThrow(expect.objectContaining({ code: 'note-rules-invalid' }));
    expect(parseRules('\uFEFF{}').drugs).toEqual(noteRules.drugs);
  });

  it('spans of a model are asserted on like all others, where no rule found anything', () => {
    const text = 'No fever. Denies brain fog.';
    const spans = [
      { charStart: 3, charEnd: 8, kind: 'problem' as const, score: 0.9 },
      { charStart: 17, charEnd: 26, kind: 'problem' as const, score: 0.8 },
    ];
    const findings = found(text, { model: { id: 'test 1', spans } });
    expect(
      findings.map(({ rule, text: words, confidence, assertion }) => [rule, words, confidence, assertion.negated]),
    ).toEqual([
      ['problem.lexicon', 'fever', 0.85, true],
      ['model.test 1', 'brain fog', 0.8, true],
    ]);
  });

  const words = fc.constantFrom(
    ...'no denies BP 120 / 80 mmHg T 38.2 C mg PO q 12 h x 7 days ( ) [ ] [** **] - + ? , . ; : | \n \t -> GCS E4V5M6 Na K 4.1 5\' 10" metformin 20 units qHS allergic to penicillin then and history of mother if since yesterday ago 1/2/2024 POD # ² µ 😀 ___ % on 2 L RA over out of 10'.split(
      ' ',
    ),
    '\n',
    '   ',
    '',
  );
  it('any text is read: nothing thrown, spans in order and within it', () => {
    const check = (text: string) => {
      let last = 0;
      for (const { span, confidence } of found(text, { localTime: 1.7e12, dates: 'day-first' })) {
        expect(span.charStart).toBeGreaterThanOrEqual(last);
        expect(span.charEnd).toBeGreaterThan(span.charStart);
        expect(span.charEnd).toBeLessThanOrEqual(text.length);
        expect(confidence > 0 && confidence <= 1).toBe(true);
        last = span.charStart;
      }
    };
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 300 }), check), { numRuns: 300 });
    fc.assert(
      fc.property(fc.array(fc.tuple(words, fc.constantFrom(' ', '')), { maxLength: 80 }), (parts) =>
        check(parts.flat().join('')),
      ),
      { numRuns: 1500 },
    );
  });

  it('no text takes longer than its length: the work of a token is bounded in sentences without an end', () => {
    for (const unit of [
      'no fever ',
      '[**',
      '((((',
      'q 12 ',
      '1.2 -> ',
      '120/',
      'x 3 ',
      'and then 20 mg daily ',
      "a'",
      '1,000',
      'Na ',
      'BP ',
      '- ',
      'E4 V5 ',
      '____',
      '95% on 2 L ',
      'p.',
      '2 g of ',
    ]) {
      // A cost that grew with the square of the length would not end here within the time a test is given.
      readNote(unit.repeat(Math.ceil(60_000 / unit.length)));
    }
  });

  it('the rules that are shipped have no phrase twice in one lexicon and codes of the form of their system', () => {
    const codes = noteRules.problems.flatMap(({ codings }) => codings.map(({ code }) => code));
    for (const code of codes) expect(code).toMatch(/^[A-Z]\d[0-9A-Z](\.[0-9A-Z]{1,4})?$/);
    for (const { codings } of noteRules.drugs) for (const { code } of codings) expect(code).toMatch(/^\d+$/);
    const names = noteRules.drugs.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
  });
});
