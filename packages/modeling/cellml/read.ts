import type { Problem } from '@gemel/core/error';
import type { Model } from '../model/model.ts';
import { unitProblems } from '../model/unit-check.ts';
import type { XmlLimits } from '../sbml/xml.ts';
import { type CellmlVersion, readDocument } from './document.ts';
import { CellmlMapper } from './to-model.ts';

/** A model read from CellML, and what is known of its names. */
export interface CellmlModel {
  readonly model: Model;
  readonly version: CellmlVersion;
  /** Name in the model by `component.variable`: connected variables have one, in the units of one of them. */
  readonly names: ReadonlyMap<string, string>;
  /** Warnings: the model runs, and this is worth knowing. */
  readonly problems: readonly Problem[];
}

export interface CellmlReadOptions {
  /** Name of the document, for messages. */
  readonly file?: string;
  readonly limits?: XmlLimits;
}

/**
 * A model from CellML 1.0, 1.1 or 2.0. Connected variables become one; where their units differ the conversion is written into the
 * equations. Imports, resets, reactions of CellML 1.0 and units with an offset are refused by name.
 * @throws errors of `cellmlErrors` and of the XML reader, naming element and line
 */
export function readCellml(text: string, options: CellmlReadOptions = {}): CellmlModel {
  const document = readDocument(text, options.file, options.limits);
  const mapper = new CellmlMapper(document);
  const model = mapper.model();
  return { model, version: document.version, names: mapper.names, problems: mapper.problems };
}

/** Where the units of equations do not fit together: one problem per term, of the codes `model-unit-…`. */
export function unitReport({ model }: CellmlModel): readonly Problem[] {
  return unitProblems(model);
}
