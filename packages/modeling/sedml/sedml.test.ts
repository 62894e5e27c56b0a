import { CodedError } from '@gemel/core/error';
import { randomStream } from '@gemel/numerics/random/philox';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decay } from '../cellml/cellml.fixture.ts';
import { compile } from '../codegen/compile.ts';
import { readSbml } from '../sbml/read.ts';
import { simulate } from '../simulate/simulate.ts';
import { StochasticRuns } from '../stochastic/runs.ts';
import { readArchive, writeArchive } from './archive.ts';
import { courseTimes, type ExperimentMethod } from './experiment.ts';
import { type ExportRequest, exportExperiment } from './export-experiment.ts';
import { KISAO } from './kisao.data.ts';
import { readSedml } from './read-sedml.ts';
import { runExperiment } from './run-experiment.ts';
import { BIRTH_DEATH, document, TURNOVER } from './sedml.fixture.ts';
import { termOf, writeSedml } from './write-sedml.ts';

const refused = (code: string) => expect.objectContaining({ code });
const course = { start: 0, from: 0, to: 10, steps: 37 };
const read = (text: string, model = TURNOVER) =>
  readSedml(text, { file: 'a.sedml', open: (name) => (name === 'model.xml' ? model : null) });

/** Through an archive and back. */
function carried(request: ExportRequest) {
  const bytes = writeArchive(exportExperiment(request));
  const { experiments, problems } = readArchive(bytes, 'a.omex');
  expect(problems).toEqual([]);
  expect(experiments).toHaveLength(1);
  return runExperiment(experiments[0]);
}

describe('an archive gives the run again, to the bit:', () => {
  const edits: Pick<ExportRequest, 'parameters' | 'initial' | 'outputs'>[] = [
    {},
    { parameters: { vmax: 2.1, km: 0.3, leave_k: 0.7 } },
    { parameters: { cell: 3.25 }, initial: { Q: 1.125 } },
    { initial: { P: 0.1 }, outputs: ['S', 'S_amount', 'Q_concentration', 'level', 'turn', 'km', 'cell', 'time'] },
  ];
  const methods: ExperimentMethod[] = [
    { kind: 'ode' },
    { kind: 'ode', relative: 1e-9, absolute: 1e-12 },
    { kind: 'ode', method: 'tsit5', relative: 1e-5 },
    { kind: 'ode', method: 'rk4', step: 0.05 },
  ];
  test.each(edits.flatMap((edit) => methods.map((method) => [edit, method] as const)))('%j by %j', (edit, method) => {
    const report = carried({ file: 'in/model.xml', text: TURNOVER, course, method, ...edit });
    const { kind: _, ...request } = method;
    const direct = simulate(compile(readSbml(TURNOVER).model), { ...request, ...edit, times: courseTimes(course) });
    expect(direct.status).toBe('complete');
    const names = direct.names.filter((name) => name !== 'time');
    expect(report.labels).toEqual(['time', ...names]);
    expect(report.columns[0]).toEqual(courseTimes(course));
    for (const [i, name] of names.entries()) {
      const at = direct.names.indexOf(name) * direct.times.length;
      expect(report.columns[i + 1]).toEqual(direct.values.subarray(at, at + direct.times.length));
    }
  });

  test('any numbers', () => {
    const finite = fc.double({ min: 1e-3, max: 1e3, noNaN: true });
    fc.assert(
      fc.property(finite, finite, finite, fc.integer({ min: 1, max: 30 }), (vmax, km, to, steps) => {
        const here = { start: 0, from: 0, to, steps };
        const edit = { parameters: { vmax, km }, initial: { P: km } };
        const method = { kind: 'ode', relative: 1e-4 } as const;
        const report = carried({ file: 'model.xml', text: TURNOVER, course: here, method, ...edit });
        const direct = simulate(compile(readSbml(TURNOVER).model), {
          relative: 1e-4,
          ...edit,
          times: courseTimes(here),
        });
        expect([...report.columns.slice(1).flatMap((column) => [...column])]).toEqual([...direct.values]);
      }),
      { numRuns: 15 },
    );
  });

  test('one stochastic run, and mean and spread of several', () => {
    const method = { kind: 'stochastic', method: 'direct', seed: 42, runs: 1 } as const;
    const request = { file: 'model.xml', text: BIRTH_DEATH, course, method, parameters: { birth: 7 } };
    const report = carried(request);
    const runs = new StochasticRuns(compile(readSbml(BIRTH_DEATH).model), {
      times: courseTimes(course),
      parameters: { birth: 7 },
    });
    const values = new Float64Array(runs.names.length * runs.times.length);
    runs.run(randomStream(42).fork('run', 0), values);
    expect(report.columns[1]).toEqual(values);
    const many = carried({ ...request, method: { ...method, runs: 50, method: 'tau-leap', epsilon: 0.05 } });
    expect(many.labels).toEqual(['time', 'X-mean', 'X-sd']);
    expect(many.columns[2][0]).toBe(0);
    expect(many.columns[2][30]).toBeGreaterThan(1);
  });

  test('and the same archive has the same bytes', () => {
    const request = { file: 'model.xml', text: TURNOVER, course, method: { kind: 'ode' } } as const;
    expect(writeArchive(exportExperiment(request))).toEqual(writeArchive(exportExperiment(request)));
  });
});

describe('what one attribute cannot carry is refused by name:', () => {
  test.each<[Pick<ExportRequest, 'parameters' | 'initial'>, string]>([
    [{ parameters: { twice: 1 } }, 'twice'],
    [{ parameters: { none: 1 } }, 'none'],
    [{ initial: { S_amount: 1 } }, 'S_amount'],
  ])('%j', (edit, element) => {
    expect(() =>
      exportExperiment({ file: 'model.xml', text: TURNOVER, course, method: { kind: 'ode' }, ...edit }),
    ).toThrow(expect.objectContaining({ code: 'sedml-not-changeable', where: expect.objectContaining({ element }) }));
  });
});

describe('documents of other programs', () => {
  test.each([1, 2, 3, 4] as const)('of Level 1 Version %d are read and run', (version) => {
    const change = `<listOfChanges><changeAttribute target="/sbml:sbml/sbml:model/sbml:listOfReactions/sbml:reaction[@id='leave']/sbml:kineticLaw/sbml:listOfLocalParameters/sbml:localParameter[@id='k']/@value" newValue="0.5"/></listOfChanges>`;
    const text = document({ version, changes: change });
    const { experiments, problems } = read(version === 4 ? text.replace('numberOfPoints', 'numberOfSteps') : text);
    expect(problems.map(({ code }) => code)).toEqual(['sedml-algorithm-replaced']);
    const report = runExperiment(experiments[0]);
    expect(report.labels).toEqual(['t', '[S]']);
    expect(report.columns[0]).toHaveLength(21);
    expect(report.columns[1][0]).toBe(10);
    const q = { ...experiments[0], columns: [] };
    const last = (e: typeof q) => {
      const { labels, columns } = runExperiment(e);
      return columns[labels.indexOf('Q')][20];
    };
    expect(last(q)).toBeGreaterThan(last({ ...q, changes: [] }) * 1.3);
  });

  test('output may begin later than the run', () => {
    const { experiments } = read(
      document({ course: 'initialTime="0" outputStartTime="5" outputEndTime="10" numberOfPoints="5"' }),
    );
    const late = runExperiment(experiments[0]);
    const whole = runExperiment({ ...experiments[0], course: { start: 0, from: 0, to: 10, steps: 10 } });
    expect([...late.columns[0]]).toEqual([5, 6, 7, 8, 9, 10]);
    for (let i = 0; i < 6; i++) expect(late.columns[1][i]).toBeCloseTo(whole.columns[1][i + 5], 4);
  });

  test('a data generator is worked out from its variables and parameters', () => {
    const generators = `<dataGenerator id="sum"><listOfVariables>
      <variable id="s" target="//sbml:species[@id='S']" term="KISAO:0000836" taskReference="task1"/>
      <variable id="p" target="//sbml:species[@id='P']" taskReference="task1"/>
      <variable id="q" target="//sbml:species[@id='Q']" taskReference="task1"/></listOfVariables>
      <listOfParameters><parameter id="f" value="2"/></listOfParameters>
      <math xmlns="http://www.w3.org/1998/Math/MathML"><apply><times/><ci>f</ci><apply><plus/><ci>s</ci><ci>p</ci><ci>q</ci></apply></apply></math></dataGenerator>`;
    const outputs =
      '<report id="r"><listOfDataSets><dataSet id="d" label="all" dataReference="sum"/></listOfDataSets></report>';
    const { experiments } = read(document({ generators, outputs }));
    const { columns } = runExperiment(experiments[0]);
    expect(columns[0][0]).toBe(40);
    expect(columns[0][7]).toBeCloseTo(40, 6);
    expect(columns[0][20]).toBeCloseTo(60, 6);
  });

  test('models may be made from models; changes add up', () => {
    const text = document({
      task: '<task id="task1" modelReference="model2" simulationReference="sim1"/>',
    }).replace(
      '</listOfModels>',
      `<model id="model2" source="#model1"><listOfChanges><changeAttribute target="//sbml:parameter[@id='vmax']/@value" newValue="0"/></listOfChanges></model></listOfModels>`,
    );
    const { columns } = runExperiment(read(text).experiments[0]);
    expect(columns[1][5]).toBe(10);
  });

  test('a model may be in CellML, its variables named by component', () => {
    const generators = `<dataGenerator id="d"><listOfVariables>
      <variable id="v" target="/cellml:model/cellml:component[@name='report']/cellml:variable[@name='twice']" taskReference="task1"/>
      </listOfVariables><math xmlns="http://www.w3.org/1998/Math/MathML"><ci>v</ci></math></dataGenerator>`;
    const text = document({
      generators,
      outputs:
        '<report id="r"><listOfDataSets><dataSet id="s" label="x2" dataReference="d"/></listOfDataSets></report>',
      changes: `<listOfChanges><changeAttribute target="/cellml:model/cellml:component[@name='pool']/cellml:variable[@name='k']/@initial_value" newValue="0.1"/></listOfChanges>`,
    }).replace('language:sbml', 'language:cellml.2_0');
    const [experiment] = read(text, decay('2.0')).experiments;
    const { labels, columns } = runExperiment(experiment);
    expect(labels).toEqual(['x2']);
    expect(columns[0][20]).toBeCloseTo(4000 * Math.exp(-1), 1);
    expect(runExperiment({ ...experiment, columns: [] }).labels).toEqual(['time', 'x']);
    const other = text.replace("[@name='twice']", '');
    expect(() => runExperiment(read(other, decay('2.0')).experiments[0])).toThrow(refused('sedml-target'));
  });

  test('plots are left out with a note', () => {
    const { problems } = read(
      document({
        outputs: '<plot2D id="p"><listOfCurves/></plot2D>',
        algorithm: '<algorithm kisaoID="KISAO:0000694"/>',
      }),
    );
    expect(problems.map(({ code }) => code)).toEqual(['sedml-ignored']);
  });
});

describe('algorithms', () => {
  const methodOf = (id: string, parameters = '') => {
    const { experiments, problems } = read(
      document({ algorithm: `<algorithm kisaoID="${id}">${parameters}</algorithm>` }),
    );
    return { method: experiments[0].method, codes: problems.map(({ code }) => code) };
  };

  test.each([
    ['KISAO:0000032', { kind: 'ode', method: 'rk4' }, []],
    ['KISAO:0000435', { kind: 'ode', method: 'tsit5' }, []],
    ['KISAO:0000087', { kind: 'ode', method: 'tsit5' }, ['sedml-algorithm-replaced']],
    ['KISAO:0000088', { kind: 'ode' }, ['sedml-algorithm-replaced']],
    ['KISAO_0000694', { kind: 'ode' }, []],
    ['KISAO:0000029', { kind: 'stochastic', method: 'direct', seed: 1, runs: 1 }, []],
    ['KISAO:0000027', { kind: 'stochastic', method: 'ssa', seed: 1, runs: 1 }, ['sedml-algorithm-replaced']],
    ['KISAO:0000084', { kind: 'stochastic', method: 'tau-leap', seed: 1, runs: 1 }, ['sedml-algorithm-replaced']],
  ])('%s', (id, method, codes) => {
    expect(methodOf(id)).toEqual({ method, codes });
  });

  test('parameters are read; those that tune another program are left out with a note', () => {
    const parameter = (id: string, value: string) => `<algorithmParameter kisaoID="KISAO:${id}" value="${value}"/>`;
    const list = `<listOfAlgorithmParameters>${parameter('0000209', '1e-8')}${parameter('0000211', '1e-10')}${parameter('0000475', 'BDF')}</listOfAlgorithmParameters>`;
    expect(methodOf('KISAO:0000694', list)).toEqual({
      method: { kind: 'ode', relative: 1e-8, absolute: 1e-10 },
      codes: ['sedml-ignored'],
    });
    expect(() => methodOf('KISAO:0000694', list.replace('1e-8', '-1'))).toThrow(refused('sedml-algorithm'));
    expect(() => methodOf('KISAO:0000694', list.replace('0000475', '0000425'))).toThrow(refused('sedml-algorithm'));
  });

  test.each(['KISAO:0000437', 'KISAO:0000407', 'nonsense', ''])(
    '%s, which is no kind of one offered, is refused',
    (id) => {
      expect(() => methodOf(id)).toThrow(refused('sedml-algorithm'));
    },
  );

  test('every term leads to a method, without a circle', () => {
    for (const id of Object.keys(KISAO)) {
      let steps = 0;
      for (let at: number | undefined = Number(id); KISAO[at!].runs === undefined; at = KISAO[at!].parents[0]) {
        expect(++steps).toBeLessThan(8);
      }
    }
  });

  test('a method that KiSAO has no term for is written as its kind', () => {
    expect(termOf({ kind: 'ode' })).toBe(694);
    expect(termOf({ kind: 'ode', method: 'tsit5' })).toBe(435);
    expect(termOf({ kind: 'ode', method: 'another' })).toBe(694);
  });
});

describe('refused by code:', () => {
  test.each<[string, string, Parameters<typeof document>[0]]>([
    ['a repeated task', 'sedml-unsupported', { task: '<repeatedTask id="task1"/>' }],
    ['a change of XML', 'sedml-unsupported', { changes: '<listOfChanges><removeXML target="/a"/></listOfChanges>' }],
    [
      'a path with functions',
      'sedml-target',
      { changes: '<listOfChanges><changeAttribute target="/a[position()=1]/@b" newValue="1"/></listOfChanges>' },
    ],
    ['a model from outside', 'sedml-external', { source: 'urn:miriam:biomodels.db:BIOMD0000000012' }],
    ['a model that is not there', 'sedml-reference', { source: 'other.xml' }],
    [
      'a simulation that is not there',
      'sedml-reference',
      { task: '<task id="task1" modelReference="model1" simulationReference="x"/>' },
    ],
    ['a data generator that is not there', 'sedml-reference', { generators: '' }],
    [
      'a time course of no steps',
      'sedml-element',
      { course: 'initialTime="0" outputStartTime="0" outputEndTime="10" numberOfPoints="0"' },
    ],
    [
      'a time course that runs backwards',
      'sedml-element',
      { course: 'initialTime="0" outputStartTime="0" outputEndTime="-1" numberOfPoints="5"' },
    ],
    [
      'times that are no numbers',
      'sedml-element',
      { course: 'initialTime="0" outputStartTime="x" outputEndTime="10" numberOfPoints="5"' },
    ],
    ['no task', 'sedml-element', { task: '' }],
  ])('%s', (_what, code, parts) => {
    expect(() => read(document(parts))).toThrow(refused(code));
  });

  test('a document that is not SED-ML; a model made from itself', () => {
    expect(() => read(TURNOVER)).toThrow(refused('sedml-not-sedml'));
    expect(() => read(document({ source: '#model1' }))).toThrow(refused('sedml-element'));
    expect(() => read('<a')).toThrow(refused('xml-malformed'));
  });

  test('a target that fits nothing, or too much, when it is run', () => {
    const change = (target: string) =>
      `<listOfChanges><changeAttribute target="${target}" newValue="1"/></listOfChanges>`;
    for (const target of [
      "//sbml:parameter[@id='x']/@value",
      '//sbml:parameter/@value',
      "//sbml:parameter[@id='km']",
    ]) {
      const { experiments } = read(document({ changes: change(target) }));
      expect(() => runExperiment(experiments[0])).toThrow(refused('sedml-target'));
    }
  });
});

test('whatever is done to a document, it is read or refused by code', () => {
  const text = writeSedml(
    exportExperiment({ file: 'model.xml', text: TURNOVER, course, method: { kind: 'ode' }, parameters: { km: 2 } }),
  );
  const pieces = fc.constantFrom(
    '<',
    '>',
    '"',
    '/',
    '',
    '0',
    'NaN',
    '-1',
    '<!DOCTYPE a [<!ENTITY b "c">]>',
    '&b;',
    "']",
    'task',
  );
  fc.assert(
    fc.property(fc.nat(text.length), fc.nat(30), pieces, (at, cut, piece) => {
      const damaged = text.slice(0, at) + piece + text.slice(at + cut);
      try {
        read(damaged);
      } catch (error) {
        if (!(error instanceof CodedError)) throw error;
      }
    }),
    { numRuns: 400 },
  );
});
