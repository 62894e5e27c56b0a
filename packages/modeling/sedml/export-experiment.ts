import { symbol } from '../expression/expression.ts';
import { Dependence } from '../model/dependence.ts';
import type { Model } from '../model/model.ts';
import type { SbmlModel } from '../sbml/read.ts';
import { readSbml } from '../sbml/read.ts';
import { parseXml, type XmlElement } from '../sbml/xml.ts';
import { sedmlErrors } from './errors.data.ts';
import type { Experiment, ExperimentMethod, ReportColumn, UniformCourse, VariableSource } from './experiment.ts';
import type { AttributeChange } from './target.ts';

/** A run of an SBML model as it was asked for here. */
export interface ExportRequest {
  readonly title?: string;
  /** Name and text of the model file. */
  readonly file: string;
  readonly text: string;
  /** Values in place of those in the file, by name. */
  readonly parameters?: Readonly<Record<string, number>>;
  readonly initial?: Readonly<Record<string, number>>;
  readonly course: UniformCourse;
  readonly method: ExperimentMethod;
  /** Names to report besides time; absent: the model's outputs. */
  readonly outputs?: readonly string[];
  /** What the report calls them; absent: their names. */
  readonly labels?: readonly string[];
}

/** Attribute that holds a value, by element. */
const VALUE: Readonly<Record<string, string>> = { parameter: 'value', localParameter: 'value', compartment: 'size' };

/** Elements that give a value in place of the attribute, and what names it in them. */
const ASSIGNING: Readonly<Record<string, string>> = { initialAssignment: 'symbol', assignmentRule: 'variable' };

/**
 * The run as an experiment that gives the same numbers: edited values as changes of attributes, methods by KiSAO.
 * @throws sedml-not-changeable for a value that one attribute cannot carry; errors of the SBML reader
 */
export function exportExperiment(request: ExportRequest): Experiment {
  const { file, text, course, method, parameters = {}, initial = {} } = request;
  const sbml = readSbml(text, { file });
  const model = parseXml(text.startsWith('\ufeff') ? text.slice(1) : text, file);
  const places = new Places(model, sbml, file);
  const changes = [
    ...Object.entries(parameters).map(([name, value]) => places.change(name, value, sbml.model.parameters)),
    ...Object.entries(initial).map(([name, value]) => places.change(name, value, sbml.model.states)),
  ];
  for (const name of Object.keys(initial)) refuseFollowers(name, sbml.model, file);
  const names = request.outputs ?? sbml.model.outputs;
  return {
    id: 'task',
    title: request.title ?? sbml.model.title,
    model: { file, text },
    changes,
    course,
    method,
    columns: [
      column('time', { kind: 'time' }),
      ...names.flatMap((name, i) => {
        const source: VariableSource = name === 'time' ? { kind: 'time' } : places.source(name);
        const label = request.labels?.[i] ?? name;
        return label === 'time' ? [] : [column(label, source)];
      }),
    ],
  };
}

/** Other initial values that are worked out from one would follow its attribute, and did not follow the value given. */
function refuseFollowers(name: string, model: Model, file: string): void {
  const dependence = new Dependence(model);
  const follower = model.states.find((state) => state.name !== name && dependence.of(state.initial).has(name));
  if (follower === undefined) return;
  throw sedmlErrors.error(
    'sedml-not-changeable',
    `${name}: the initial value of ${follower.name} is worked out from it.`,
    {
      file,
      element: name,
    },
  );
}

function column(label: string, source: VariableSource): ReportColumn {
  return { label, variables: new Map([['x', source]]), formula: symbol('x') };
}

/** The model's name of a parameter that belongs to one rate, told by its place; null where another stands on the same line. */
function localName({ model }: SbmlModel, id: string, line: number): string | null {
  const found = model.parameters.filter(({ source }) => source.endsWith(`“${id}”, line ${line}`));
  return found.length === 1 ? found[0].name : null;
}

/** Elements of a model file by the names of the model. */
class Places {
  readonly #sbml: SbmlModel;
  readonly #file: string;
  readonly #elements = new Map<string, { readonly element: XmlElement; readonly path: string }>();
  readonly #assigned = new Set<string>();

  constructor(root: XmlElement, sbml: SbmlModel, file: string) {
    this.#sbml = sbml;
    this.#file = file;
    const own = (element: XmlElement, path: string) => {
      for (const child of element.children) {
        if (child.namespace !== root.namespace) continue;
        const id = child.attributes.get('id');
        const here = `${path}/sbml:${child.name}${id === undefined ? '' : `[@id='${id}']`}`;
        const name = id === undefined ? undefined : (sbml.names.get(id) ?? id);
        if (name !== undefined && path.includes('/sbml:kineticLaw/')) {
          const local = localName(sbml, id!, child.line);
          if (local !== null) this.#elements.set(local, { element: child, path: here });
        } else if (name !== undefined) this.#elements.set(name, { element: child, path: here });
        const assigned = child.attributes.get(ASSIGNING[child.name] ?? '');
        if (assigned !== undefined) this.#assigned.add(assigned);
        own(child, here);
      }
    };
    own(root, `/sbml:${root.name}`);
  }

  change(name: string, value: number, known: readonly { readonly name: string }[]): AttributeChange {
    const refused = (why: string) =>
      sedmlErrors.error('sedml-not-changeable', `${name} = ${value}: ${why}.`, { file: this.#file, element: name });
    if (!known.some((item) => item.name === name)) throw refused('the model has nothing of that name and kind');
    const { id, as } = this.#owner(name);
    const place = this.#elements.get(id);
    if (place === undefined) throw refused('it has no element of its own in the file');
    if (this.#assigned.has(place.element.attributes.get('id') ?? '')) {
      throw refused('a rule or assignment of the file gives its value');
    }
    if (place.element.name !== 'species') {
      const attribute = VALUE[place.element.name];
      if (attribute === undefined) throw refused(`a ${place.element.name} holds no value`);
      return { target: `${place.path}/@${attribute}`, value: String(value) };
    }
    const attribute = as === 'amount' ? 'initialAmount' : 'initialConcentration';
    const other = as === 'amount' ? 'initialConcentration' : 'initialAmount';
    if (place.element.attributes.has(other)) throw refused(`the file gives its ${other}`);
    return { target: `${place.path}/@${attribute}`, value: String(value) };
  }

  source(name: string): VariableSource {
    const { id, as } = this.#owner(name);
    const place = this.#elements.get(id);
    if (place === undefined) {
      throw sedmlErrors.error('sedml-not-changeable', `${name} has no element of its own in the file.`, {
        file: this.#file,
        element: name,
      });
    }
    const species = this.#sbml.species.get(id);
    const itself = species === undefined || species.symbol === as;
    return { kind: 'element', target: place.path, as: itself ? 'itself' : (as as 'amount' | 'concentration') };
  }

  /** The species whose amount or concentration a name is, or the name itself. */
  #owner(name: string): { readonly id: string; readonly as: 'amount' | 'concentration' | null } {
    for (const [id, species] of this.#sbml.species) {
      if (species.amount === name) return { id, as: 'amount' };
      if (species.concentration === name) return { id, as: 'concentration' };
    }
    return { id: name, as: null };
  }
}
