import type { Problem } from '@gemel/core/error';
import { readCellml } from '../cellml/read.ts';
import type { Model } from '../model/model.ts';
import { readSbml } from '../sbml/read.ts';
import { parseXml, type XmlElement } from '../sbml/xml.ts';
import { sedmlErrors } from './errors.data.ts';
import type { VariableSource } from './experiment.ts';
import { matches, readTarget } from './target.ts';

/** A model file of an experiment, read, and its quantities by their places in the file. */
export interface ModelFile {
  readonly model: Model;
  readonly warnings: readonly Problem[];
  /** The name in the model of what a variable stands for. @throws sedml-target */
  nameOf(source: VariableSource): string;
}

/** Reads SBML or CellML, whichever the document is. @throws errors of their readers and of the XML reader */
export function readModelFile(text: string, file: string): ModelFile {
  const root = parseXml(text.startsWith('\ufeff') ? text.slice(1) : text, file);
  return root.namespace.includes('cellml.org/') ? cellmlFile(text, root, file) : sbmlFile(text, root, file);
}

function sbmlFile(text: string, root: XmlElement, file: string): ModelFile {
  const { model, problems, names, species } = readSbml(text, { file });
  return {
    model,
    warnings: problems,
    nameOf: (source) =>
      named(source, root, model, file, ([element], as) => {
        const id = element?.attributes.get('id') ?? element?.attributes.get('variable') ?? '';
        const name = names.get(id) ?? id;
        const found = species.get(name);
        if (as === 'itself' || found === undefined) return name;
        return as === 'amount' ? found.amount : found.concentration;
      }),
  };
}

function cellmlFile(text: string, root: XmlElement, file: string): ModelFile {
  const { model, problems, names } = readCellml(text, { file });
  return {
    model,
    warnings: problems,
    nameOf: (source) =>
      named(source, root, model, file, ([variable, component], as) => {
        const path = `${component?.attributes.get('name')}.${variable?.attributes.get('name')}`;
        return as === 'itself' ? (names.get(path) ?? null) : null;
      }),
  };
}

function named(
  source: VariableSource,
  root: XmlElement,
  model: Model,
  file: string,
  nameOf: (innermostFirst: readonly XmlElement[], as: 'itself' | 'amount' | 'concentration') => string | null,
): string {
  if (source.kind === 'time') return 'time';
  if (source.kind === 'name') return source.name;
  const where = { file, element: source.target };
  const target = readTarget(source.target);
  const found = chains(root).filter((chain) => matches(chain, target));
  if (found.length !== 1) {
    throw sedmlErrors.error('sedml-target', `“${source.target}” fits ${found.length} elements, not one.`, where);
  }
  const name = nameOf(found[0].toReversed(), source.as);
  const { states, definitions, parameters, unknowns } = model;
  const lists = [states, definitions, parameters, unknowns];
  if (name === 'time' || lists.some((list) => list.some((item) => item.name === name))) return name!;
  throw sedmlErrors.error('sedml-target', `“${source.target}” has no value that can be reported.`, where);
}

/** Every element with those around it, outermost first. */
function chains(root: XmlElement): readonly (readonly XmlElement[])[] {
  const found: (readonly XmlElement[])[] = [];
  const visit = (element: XmlElement, above: readonly XmlElement[]) => {
    const chain = [...above, element];
    found.push(chain);
    for (const child of element.children) visit(child, chain);
  };
  visit(root, []);
  return found;
}
