import { escapeXml } from '../sbml/xml.ts';
import type { Experiment, ExperimentMethod, ReportColumn, VariableSource } from './experiment.ts';
import { KISAO, kisaoId, PARAMETERS, TERMS } from './kisao.data.ts';

export const SEDML = 'http://sed-ml.org/sed-ml/level1/version4';
/** Names the method exactly where KiSAO has only its kind. */
export const OWN = 'urn:gemel:sedml';
const SBML = 'http://www.sbml.org/sbml/level3/version1/core';
const MATHML = 'http://www.w3.org/1998/Math/MathML';

/** The experiment as SED-ML Level 1 Version 4. Columns must be variables themselves. */
export function writeSedml(experiment: Experiment): string {
  const { title, model, changes, course, method, columns } = experiment;
  const changed = changes.map(
    ({ target, value }) => `        <changeAttribute target="${escapeXml(target)}" newValue="${escapeXml(value)}"/>`,
  );
  const lines = [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<sedML xmlns="${SEDML}" xmlns:sbml="${SBML}" level="1" version="4" name="${escapeXml(title)}">`,
    '  <listOfModels>',
    `    <model id="model" language="urn:sedml:language:sbml" source="${escapeXml(model.file)}"${changed.length === 0 ? '/>' : '>'}`,
    ...(changed.length === 0 ? [] : ['      <listOfChanges>', ...changed, '      </listOfChanges>', '    </model>']),
    '  </listOfModels>',
    '  <listOfSimulations>',
    `    <uniformTimeCourse id="simulation" initialTime="${course.start}" outputStartTime="${course.from}" outputEndTime="${course.to}" numberOfSteps="${course.steps}">`,
    ...algorithm(method),
    '    </uniformTimeCourse>',
    '  </listOfSimulations>',
    '  <listOfTasks>',
    `    <task id="task" name="${escapeXml(experiment.id)}" modelReference="model" simulationReference="simulation"/>`,
    '  </listOfTasks>',
    '  <listOfDataGenerators>',
    ...columns.flatMap(generator),
    '  </listOfDataGenerators>',
    '  <listOfOutputs>',
    '    <report id="report">',
    '      <listOfDataSets>',
    ...columns.map(
      ({ label }, i) => `        <dataSet id="set${i}" label="${escapeXml(label)}" dataReference="data${i}"/>`,
    ),
    '      </listOfDataSets>',
    '    </report>',
    '  </listOfOutputs>',
    '</sedML>',
    '',
  ];
  return lines.join('\n');
}

/** The KiSAO term that says most nearly what runs. */
export function termOf(method: ExperimentMethod): number {
  const name = method.kind === 'ode' ? (method.method ?? 'auto') : method.method;
  const exact = [435, 32, 33, 305, 288, 694, 29, 610, 39, 241].find((id) => {
    const { runs } = KISAO[id];
    return runs?.kind === method.kind && runs.method === name;
  });
  return exact ?? (method.kind === 'ode' ? 694 : 241);
}

function algorithm(method: ExperimentMethod): string[] {
  const { kind, method: name = 'auto', ...numbers } = method;
  const parameters = Object.entries(numbers).map(
    ([key, value]) =>
      `          <algorithmParameter kisaoID="${kisaoId(PARAMETERS[key as keyof typeof PARAMETERS])}" value="${value}"/>`,
  );
  return [
    `      <algorithm kisaoID="${kisaoId(termOf(method))}">`,
    `        <annotation><method xmlns="${OWN}" kind="${kind}" name="${escapeXml(name)}"/></annotation>`,
    ...(parameters.length === 0
      ? []
      : ['        <listOfAlgorithmParameters>', ...parameters, '        </listOfAlgorithmParameters>']),
    '      </algorithm>',
  ];
}

function generator({ label, variables, formula }: ReportColumn, i: number): string[] {
  if (formula.kind !== 'symbol' || variables.size !== 1)
    throw new RangeError(`The column ${label} is no variable itself.`);
  const [source] = variables.values();
  return [
    `    <dataGenerator id="data${i}" name="${escapeXml(label)}">`,
    '      <listOfVariables>',
    `        <variable id="variable${i}" taskReference="task" ${sourceText(source)}/>`,
    '      </listOfVariables>',
    `      <math xmlns="${MATHML}"><ci>variable${i}</ci></math>`,
    '    </dataGenerator>',
  ];
}

function sourceText(source: VariableSource): string {
  if (source.kind === 'name') throw new RangeError(`${source.name} has no place in the model file.`);
  if (source.kind === 'time') return 'symbol="urn:sedml:symbol:time"';
  const term = source.as === 'itself' ? '' : ` term="${kisaoId(TERMS[source.as])}"`;
  return `target="${escapeXml(source.target)}"${term}`;
}
