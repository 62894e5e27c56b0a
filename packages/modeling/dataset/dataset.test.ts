import { CodedError } from '@gemel/core/error';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readDataset } from './read-dataset.ts';

const read = (text: string, more = {}) => readDataset(text, { file: 'x.csv', ...more });
const codes = (text: string) =>
  read(`${text}\n9,0,.,5`).problems.map(({ code, where }) => [code, where.line, where.field]);

describe('what is read', () => {
  test('columns in any order and case, quoted, separated by spaces; dots and remarks', () => {
    const { subjects, problems } = read('# exported\n"dv" time amt id wt\n. 0 100 P1 70\n3.5 2 . P1 70\n');
    expect(problems).toEqual([]);
    const [{ id, records }] = subjects;
    expect(id).toBe('P1');
    expect(records.map(({ event, amount, observation }) => [event, amount, observation])).toEqual([
      [1, 100, null],
      [0, 0, 3.5],
    ]);
    expect(records[0].covariates.get('WT')).toBe(70);
  });

  test('other names of columns, and rows to leave out', () => {
    const { subjects } = read('ID,TIME,Y\nC,1,2\n1,0,10', { columns: { y: 'DV' } });
    expect(subjects[0].records[0].observation).toBe(10);
    expect(read('ID,TIME,DV\n!1,0,1\n2,0,3', { ignore: '!' }).subjects.map(({ id }) => id)).toEqual(['2']);
    expect(() => read('ID,TIME,DV\n1,0,10', { columns: { Y: 'DV' } })).toThrow(
      /no column Y to rename among ID, TIME, DV/,
    );
  });

  test('MDV 1 is no observation, CENS 1 a limit', () => {
    const { subjects } = read('ID,TIME,DV,MDV,CENS\n1,0,5,1,0\n1,1,0.1,0,1');
    expect(subjects[0].records.map(({ observation, censored }) => [observation, censored])).toEqual([
      [null, false],
      [0.1, true],
    ]);
  });
});

describe('what is wrong leaves its subject out, by row and column', () => {
  const head = 'ID,TIME,AMT,DV';
  test.each([
    ['text for a number', `${head}\n1,0,x,5`, 'dataset-value', 2, 'AMT'],
    ['a clock time', `${head}\n1,8:30,.,5`, 'dataset-value', 2, 'TIME'],
    ['a field too many', `${head}\n1,0,.,5,6`, 'dataset-row', 2, undefined],
    ['time that runs back', `${head}\n1,2,.,5\n1,1,.,4`, 'dataset-order', 3, 'TIME'],
    ['a negative amount', `${head}\n1,0,-5,.`, 'dataset-value', 2, 'AMT'],
  ])('%s', (_, text, code, line, field) => {
    expect(codes(text)).toEqual([[code, line, field]]);
    expect(read(`${text}\n9,0,.,5`).subjects.map(({ id }) => id)).toEqual(['9']);
  });

  test('repeats and steady state need an interval; an observation is no dose', () => {
    const problems = (row: string) =>
      read(`ID,TIME,EVID,AMT,ADDL,SS,DV\n${row}\n9,0,0,.,.,.,5`).problems.map(({ where }) => where.field);
    expect(problems('1,0,1,100,3,.,.')).toEqual(['II']);
    expect(problems('1,0,1,100,.,1,.')).toEqual(['II']);
    expect(problems('1,0,0,100,.,.,4')).toEqual(['AMT']);
    expect(problems('1,0,1,.,.,.,.')).toEqual(['AMT']);
    expect(problems('1,0,7,.,.,.,.')).toEqual(['EVID']);
  });

  test('a subject whose records do not stand together is left out', () => {
    expect(codes(`${head}\n1,0,.,5\n2,0,.,5\n1,1,.,5`)).toEqual([['dataset-order', 4, 'ID']]);
  });

  test.each([
    ['1,0,5', 'dataset-header'],
    ['ID,TIME,AMT\n1,0,5', 'dataset-header'],
    ['ID,TIME,DV,DV\n1,0,5,5', 'dataset-header'],
    ['ID,TIME,DV\n1,0,x', 'dataset-empty'],
    ['', 'dataset-header'],
  ])('nothing to read is an error: %j', (text, code) => {
    expect(() => read(text)).toThrow(expect.objectContaining({ code }));
  });

  test('any text is read or refused with a code', () => {
    const field = fc.constantFrom('1', '0', '.', '', '-2', 'x', '"', '1e400', '3:20', 'NaN');
    const rows = fc.array(fc.array(field, { minLength: 3, maxLength: 5 }), { maxLength: 6 });
    fc.assert(
      fc.property(rows, (body) => {
        try {
          const { subjects } = read(`ID,TIME,DV,AMT\n${body.map((row) => row.join(',')).join('\n')}`);
          expect(subjects.length).toBeGreaterThan(0);
        } catch (error) {
          if (!(error instanceof CodedError)) throw error;
        }
      }),
    );
  });
});
