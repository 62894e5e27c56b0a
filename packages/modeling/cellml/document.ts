import type { Where } from '@gemel/core/error';
import { MATHML } from '../sbml/mathml.ts';
import { decimal, parseXml, type XmlElement, type XmlLimits } from '../sbml/xml.ts';
import { cellmlErrors } from './errors.data.ts';

export type CellmlVersion = '1.0' | '1.1' | '2.0';

export interface CellmlVariable {
  readonly component: string;
  readonly name: string;
  readonly units: string;
  /** A number, or the name of a variable of the component; null where there is none. */
  readonly initial: string | null;
  readonly line: number;
}

export interface CellmlUnits {
  readonly name: string;
  /** Whether it is a base of its own. */
  readonly base: boolean;
  readonly factors: readonly CellmlUnitFactor[];
  readonly line: number;
}

/** multiplier · (10^prefix · units)^exponent. */
export interface CellmlUnitFactor {
  readonly units: string;
  readonly prefix: number;
  readonly exponent: number;
  readonly multiplier: number;
}

export interface CellmlComponent {
  readonly name: string;
  readonly variables: ReadonlyMap<string, CellmlVariable>;
  /** Units of its own; CellML 1.0 and 1.1. */
  readonly units: ReadonlyMap<string, CellmlUnits>;
  readonly math: readonly XmlElement[];
}

export interface CellmlDocument {
  readonly file: string | undefined;
  readonly version: CellmlVersion;
  readonly name: string;
  readonly units: ReadonlyMap<string, CellmlUnits>;
  readonly components: ReadonlyMap<string, CellmlComponent>;
  /** Pairs of variables that are one. */
  readonly connections: readonly (readonly [CellmlVariable, CellmlVariable])[];
}

const NAMESPACE = /^http:\/\/www\.cellml\.org\/cellml\/(1\.0|1\.1|2\.0)#$/;

const PREFIXES: Readonly<Record<string, number>> = {
  quetta: 30,
  ronna: 27,
  yotta: 24,
  zetta: 21,
  exa: 18,
  peta: 15,
  tera: 12,
  giga: 9,
  mega: 6,
  kilo: 3,
  hecto: 2,
  deca: 1,
  deka: 1,
  deci: -1,
  centi: -2,
  milli: -3,
  micro: -6,
  nano: -9,
  pico: -12,
  femto: -15,
  atto: -18,
  zepto: -21,
  yocto: -24,
};

/** Elements that say nothing about the numbers. */
const SILENT: ReadonlySet<string> = new Set(['group', 'encapsulation', 'documentation', 'RDF']);

/**
 * The parts of a CellML document.
 * @throws errors of `cellmlErrors` and of the XML reader, naming element and line
 */
export function readDocument(text: string, file?: string, limits?: XmlLimits): CellmlDocument {
  const root = parseXml(text.startsWith('\ufeff') ? text.slice(1) : text, file, limits);
  return new DocumentReader(root, file).read();
}

class DocumentReader {
  readonly #root: XmlElement;
  readonly #file: string | undefined;
  readonly #version: CellmlVersion;

  constructor(root: XmlElement, file: string | undefined) {
    this.#root = root;
    this.#file = file;
    const version = NAMESPACE.exec(root.namespace)?.[1];
    if (root.name !== 'model' || version === undefined) {
      throw cellmlErrors.error(
        'cellml-not-cellml',
        `The document is <${root.name}> of “${root.namespace}”.`,
        this.#where(root),
      );
    }
    this.#version = version as CellmlVersion;
  }

  read(): CellmlDocument {
    const units = new Map<string, CellmlUnits>();
    const components = new Map<string, CellmlComponent>();
    for (const child of this.#children(this.#root)) {
      if (child.name === 'units') this.#put(units, this.#units(child), child);
      else if (child.name === 'component') this.#put(components, this.#component(child), child);
      else if (child.name !== 'connection' && !SILENT.has(child.name)) throw this.#unsupported(child);
    }
    const connections = this.#children(this.#root)
      .filter(({ name }) => name === 'connection')
      .flatMap((connection) => this.#connection(connection, components));
    return {
      file: this.#file,
      version: this.#version,
      name: this.#root.attributes.get('name') ?? 'model',
      units,
      components,
      connections,
    };
  }

  /** Children of CellML's own namespace; what other namespaces add is not about the numbers. */
  #children(element: XmlElement): readonly XmlElement[] {
    return element.children.filter(({ namespace }) => namespace === this.#root.namespace);
  }

  #put<T extends { readonly name: string }>(map: Map<string, T>, item: T, element: XmlElement): void {
    if (map.has(item.name)) throw this.#wrong(element, 'is declared twice');
    map.set(item.name, item);
  }

  #units(element: XmlElement): CellmlUnits {
    const name = this.#need(element, 'name');
    const factors = this.#children(element).map((unit) => {
      if (unit.name !== 'unit') throw this.#unsupported(unit);
      if (this.#real(unit, 'offset', 0) !== 0) {
        throw cellmlErrors.error(
          'cellml-unsupported',
          `The units “${name}” at line ${unit.line} have an offset.`,
          this.#where(unit),
        );
      }
      return {
        units: this.#need(unit, 'units'),
        prefix: this.#prefix(unit),
        exponent: this.#real(unit, 'exponent', 1),
        multiplier: this.#real(unit, 'multiplier', 1),
      };
    });
    const base = element.attributes.get('base_units') === 'yes' || factors.length === 0;
    return { name, base, factors, line: element.line };
  }

  #prefix(unit: XmlElement): number {
    const said = unit.attributes.get('prefix')?.trim() ?? '0';
    const power = Object.hasOwn(PREFIXES, said) ? PREFIXES[said] : Number(said);
    if (said === '' || !Number.isInteger(power) || Math.abs(power) > 300) {
      throw this.#wrong(unit, `has the prefix “${said}”, which is not known`);
    }
    return power;
  }

  #component(element: XmlElement): CellmlComponent {
    const name = this.#need(element, 'name');
    const variables = new Map<string, CellmlVariable>();
    const units = new Map<string, CellmlUnits>();
    for (const child of this.#children(element)) {
      if (child.name === 'variable') this.#put(variables, this.#variable(name, child), child);
      else if (child.name === 'units' && this.#version !== '2.0') this.#put(units, this.#units(child), child);
      else if (!SILENT.has(child.name)) throw this.#unsupported(child);
    }
    const math = element.children.filter((child) => child.name === 'math' && child.namespace === MATHML);
    return { name, variables, units, math };
  }

  #variable(component: string, element: XmlElement): CellmlVariable {
    return {
      component,
      name: this.#need(element, 'name'),
      units: this.#need(element, 'units'),
      initial: element.attributes.get('initial_value')?.trim() ?? null,
      line: element.line,
    };
  }

  #connection(
    element: XmlElement,
    components: ReadonlyMap<string, CellmlComponent>,
  ): readonly (readonly [CellmlVariable, CellmlVariable])[] {
    const children = this.#children(element);
    const named = this.#version === '2.0' ? element : children.find(({ name }) => name === 'map_components');
    if (named === undefined) throw this.#wrong(element, 'has no map_components');
    const pair = ['component_1', 'component_2'].map((attribute) => {
      const name = this.#need(named, attribute);
      const component = components.get(name);
      if (component === undefined) throw this.#undeclared(named, name);
      return component;
    });
    return children
      .filter(({ name }) => name === 'map_variables')
      .map((map) => {
        const [a, b] = ['variable_1', 'variable_2'].map((attribute, i) => {
          const name = this.#need(map, attribute);
          const variable = pair[i].variables.get(name);
          if (variable === undefined) throw this.#undeclared(map, `${pair[i].name}.${name}`);
          return variable;
        });
        return [a, b] as const;
      });
  }

  #need(element: XmlElement, attribute: string): string {
    const value = element.attributes.get(attribute)?.trim();
    if (value === undefined || value === '') throw this.#wrong(element, `has no ${attribute}`);
    return value;
  }

  #real(element: XmlElement, attribute: string, usual: number): number {
    const text = element.attributes.get(attribute)?.trim();
    if (text === undefined) return usual;
    const value = decimal(text);
    if (!Number.isFinite(value)) throw this.#wrong(element, `has ${attribute} “${text}”, which is no number`);
    return value;
  }

  #where(element: XmlElement): Where {
    const name = element.attributes.get('name');
    return {
      ...(this.#file === undefined ? {} : { file: this.#file }),
      element: name === undefined ? element.name : `${element.name} ${name}`,
      line: element.line,
    };
  }

  #wrong(element: XmlElement, what: string) {
    return cellmlErrors.error(
      'cellml-element',
      `The ${element.name} at line ${element.line} ${what}.`,
      this.#where(element),
    );
  }

  #undeclared(element: XmlElement, name: string) {
    return cellmlErrors.error(
      'cellml-reference',
      `“${name}” at line ${element.line} is not declared.`,
      this.#where(element),
    );
  }

  #unsupported(element: XmlElement) {
    return cellmlErrors.error(
      'cellml-unsupported',
      `The element ${element.name} at line ${element.line} is not supported.`,
      this.#where(element),
    );
  }
}
