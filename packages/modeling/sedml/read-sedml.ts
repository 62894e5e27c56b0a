import type { Problem, Where } from '@gemel/core/error';
import { type Expression, number, symbol } from '../expression/expression.ts';
import { MATHML, PLAIN_TIME, readMath } from '../sbml/mathml.ts';
import { childOf, decimal, parseXml, type XmlElement } from '../sbml/xml.ts';
import { sedmlErrors } from './errors.data.ts';
import type { Experiment, ReportColumn, UniformCourse, VariableSource } from './experiment.ts';
import { kisaoNumber, TERMS } from './kisao.data.ts';
import { readAlgorithm } from './read-algorithm.ts';
import { type AttributeChange, readTarget } from './target.ts';

export interface SedmlSource {
  /** Name of the document, for messages. */
  readonly file: string;
  /** Text of a file that the document names; null where there is none. */
  readonly open: (name: string) => string | null;
}

export interface SedmlRead {
  readonly experiments: readonly Experiment[];
  readonly problems: readonly Problem[];
}

const NAMESPACE = /^http:\/\/sed-ml\.org\/(?:sed-ml\/level1\/version[2-4])?$/;
const MOST_STEPS = 10_000_000;

/**
 * The experiments of a SED-ML document of Level 1, Versions 1 to 4: one per task, with the columns of all reports that it fills.
 * @throws errors of `sedmlErrors` and of the XML reader, naming element and line
 */
export function readSedml(text: string, source: SedmlSource): SedmlRead {
  return new SedmlReader(text, source).read();
}

interface ModelRead {
  readonly file: string;
  readonly text: string;
  readonly changes: readonly AttributeChange[];
}

class SedmlReader {
  readonly #source: SedmlSource;
  readonly #root: XmlElement;
  readonly #problems: Problem[] = [];

  constructor(text: string, source: SedmlSource) {
    this.#source = source;
    this.#root = parseXml(text.startsWith('\ufeff') ? text.slice(1) : text, source.file);
    if (this.#root.name === 'sedML' && NAMESPACE.test(this.#root.namespace)) return;
    const { name, namespace } = this.#root;
    throw sedmlErrors.error('sedml-not-sedml', `The document is <${name}> of “${namespace}”.`, this.#where(this.#root));
  }

  read(): SedmlRead {
    const tasks = this.#list('listOfTasks');
    const generators = new Map(
      this.#list('listOfDataGenerators').map((element) => [this.#need(element, 'id'), element]),
    );
    const experiments = tasks.map((task) => this.#experiment(task, generators));
    if (experiments.length === 0) {
      throw sedmlErrors.error('sedml-element', 'The document has no task.', this.#where(this.#root));
    }
    for (const output of this.#list('listOfOutputs')) {
      if (output.name !== 'report') this.#ignored(output);
    }
    if (childOf(this.#root, 'listOfDataDescriptions') !== null)
      this.#ignored(childOf(this.#root, 'listOfDataDescriptions')!);
    return { experiments, problems: this.#problems };
  }

  #experiment(task: XmlElement, generators: ReadonlyMap<string, XmlElement>): Experiment {
    if (task.name !== 'task') throw this.#unsupported(task);
    const id = this.#need(task, 'id');
    const simulation = this.#find('listOfSimulations', this.#need(task, 'simulationReference'), task);
    if (simulation.name !== 'uniformTimeCourse') throw this.#unsupported(simulation);
    const algorithm = childOf(simulation, 'algorithm');
    if (algorithm === null) throw this.#wrong(simulation, 'names no algorithm');
    const { file, text, changes } = this.#model(this.#need(task, 'modelReference'), task, []);
    return {
      id,
      title: this.#root.attributes.get('name') ?? task.attributes.get('name') ?? id,
      model: { file, text },
      changes,
      course: this.#course(simulation),
      method: readAlgorithm(algorithm, this.#where(algorithm), this.#problems),
      columns: this.#columns(id, generators),
    };
  }

  #course(simulation: XmlElement): UniformCourse {
    const start = this.#real(simulation, 'initialTime');
    const from = this.#real(simulation, 'outputStartTime');
    const to = this.#real(simulation, 'outputEndTime');
    // Versions before the fourth call the number of steps the number of points.
    const counted = simulation.attributes.has('numberOfSteps') ? 'numberOfSteps' : 'numberOfPoints';
    const steps = this.#real(simulation, counted);
    if (!(Number.isInteger(steps) && steps > 0 && steps <= MOST_STEPS)) {
      throw this.#wrong(simulation, `has ${counted} ${steps}, which is not between 1 and ${MOST_STEPS}`);
    }
    if (!(start <= from && from < to)) {
      throw this.#wrong(
        simulation,
        `runs from ${start} with output from ${from} to ${to}, which do not follow one another`,
      );
    }
    return { start, from, to, steps };
  }

  #model(id: string, from: XmlElement, above: readonly string[]): ModelRead {
    const element = this.#find('listOfModels', id, from);
    if (above.includes(id)) throw this.#wrong(element, 'is made from itself');
    const language = element.attributes.get('language') ?? 'urn:sedml:language:sbml';
    if (!/^urn:sedml:language:(sbml|cellml|xml)/.test(language)) {
      throw sedmlErrors.error(
        'sedml-unsupported',
        `Models of the language ${language} are not read.`,
        this.#where(element),
      );
    }
    const source = this.#need(element, 'source').trim();
    const own = this.#changes(element);
    const inner = source.startsWith('#')
      ? source.slice(1)
      : this.#list('listOfModels').some((model) => model.attributes.get('id') === source)
        ? source
        : null;
    if (inner !== null) {
      const base = this.#model(inner, element, [...above, id]);
      return { ...base, changes: [...base.changes, ...own] };
    }
    if (/^[a-z][a-z0-9+.-]*:/i.test(source)) {
      throw sedmlErrors.error('sedml-external', `The model “${source}” is not in the archive.`, this.#where(element));
    }
    const text = this.#source.open(source);
    if (text === null) {
      throw sedmlErrors.error('sedml-reference', `The model “${source}” is not in the archive.`, this.#where(element));
    }
    return { file: source, text, changes: own };
  }

  #changes(model: XmlElement): readonly AttributeChange[] {
    return (childOf(model, 'listOfChanges')?.children ?? []).map((change) => {
      if (change.name !== 'changeAttribute') throw this.#unsupported(change);
      const target = this.#need(change, 'target');
      readTarget(target);
      return { target, value: this.#need(change, 'newValue') };
    });
  }

  #columns(task: string, generators: ReadonlyMap<string, XmlElement>): readonly ReportColumn[] {
    const reports = this.#list('listOfOutputs').filter(({ name }) => name === 'report');
    const sets = reports.flatMap((report) => childOf(report, 'listOfDataSets')?.children ?? []);
    return sets.flatMap((set) => {
      const reference = this.#need(set, 'dataReference');
      const generator = generators.get(reference);
      if (generator === undefined) {
        throw sedmlErrors.error('sedml-reference', `There is no data generator “${reference}”.`, this.#where(set));
      }
      const tasks = this.#variables(generator).map((variable) => this.#need(variable, 'taskReference'));
      if (!tasks.includes(task)) return [];
      if (tasks.some((other) => other !== task)) {
        throw sedmlErrors.error(
          'sedml-unsupported',
          `The data generator “${reference}” joins several tasks.`,
          this.#where(generator),
        );
      }
      return [this.#column(set.attributes.get('label') ?? reference, generator)];
    });
  }

  #variables(generator: XmlElement): readonly XmlElement[] {
    return childOf(generator, 'listOfVariables')?.children ?? [];
  }

  #column(label: string, generator: XmlElement): ReportColumn {
    const variables = new Map<string, VariableSource>();
    for (const variable of this.#variables(generator)) {
      variables.set(this.#need(variable, 'id'), this.#sourceOf(variable));
    }
    const parameters = new Map<string, Expression>();
    for (const parameter of childOf(generator, 'listOfParameters')?.children ?? []) {
      parameters.set(this.#need(parameter, 'id'), number(this.#real(parameter, 'value')));
    }
    const math = childOf(generator, 'math', MATHML);
    if (math === null) throw this.#wrong(generator, 'has no formula');
    const formula = readMath(math, {
      file: this.#source.file,
      extended: true,
      symbol: (id) => parameters.get(id) ?? (variables.has(id) ? symbol(id) : null),
      function: () => null,
      unit: () => null,
      ...PLAIN_TIME,
    });
    if (formula === null) throw this.#wrong(generator, 'has no formula');
    return { label, variables, formula };
  }

  #sourceOf(variable: XmlElement): VariableSource {
    const said = variable.attributes.get('symbol');
    const term = variable.attributes.get('term');
    const number = term === undefined ? null : kisaoNumber(term);
    if (said !== undefined) {
      if (said === 'urn:sedml:symbol:time' || kisaoNumber(said) === 832) return { kind: 'time' };
      throw this.#wrong(variable, `asks for the symbol “${said}”, which is not known`);
    }
    const target = this.#need(variable, 'target');
    readTarget(target);
    if (term === undefined) return { kind: 'element', target, as: 'itself' };
    for (const as of ['amount', 'concentration'] as const) {
      if (number === TERMS[as]) return { kind: 'element', target, as };
    }
    throw sedmlErrors.error(
      'sedml-unsupported',
      `The term “${term}” of a variable is not known.`,
      this.#where(variable),
    );
  }

  #list(name: string): readonly XmlElement[] {
    return childOf(this.#root, name)?.children ?? [];
  }

  #find(list: string, id: string, from: XmlElement): XmlElement {
    const found = this.#list(list).find((element) => element.attributes.get('id') === id);
    if (found !== undefined) return found;
    throw sedmlErrors.error('sedml-reference', `There is no “${id}” in ${list}.`, this.#where(from));
  }

  #need(element: XmlElement, attribute: string): string {
    const value = element.attributes.get(attribute);
    if (value === undefined) throw this.#wrong(element, `has no ${attribute}`);
    return value;
  }

  #real(element: XmlElement, attribute: string): number {
    const text = this.#need(element, attribute).trim();
    const value = decimal(text);
    if (!Number.isFinite(value)) throw this.#wrong(element, `has ${attribute} “${text}”, which is no number`);
    return value;
  }

  #where(element: XmlElement): Where {
    const id = element.attributes.get('id');
    return {
      file: this.#source.file,
      element: id === undefined ? element.name : `${element.name} ${id}`,
      line: element.line,
    };
  }

  #wrong(element: XmlElement, what: string) {
    return sedmlErrors.error(
      'sedml-element',
      `The ${element.name} at line ${element.line} ${what}.`,
      this.#where(element),
    );
  }

  #unsupported(element: XmlElement) {
    return sedmlErrors.error(
      'sedml-unsupported',
      `The element ${element.name} at line ${element.line} is not supported.`,
      this.#where(element),
    );
  }

  #ignored(element: XmlElement): void {
    this.#problems.push(
      sedmlErrors.problem(
        'sedml-ignored',
        `The ${element.name} at line ${element.line} is left out.`,
        this.#where(element),
      ),
    );
  }
}
