import type { Problem } from '@gemel/core/error';
import type { CodeSystemHead } from './code-system.ts';
import { type ConceptMapHead, MemoryConceptMap } from './concept-map.ts';
import { terminologyErrors } from './errors.data.ts';
import { MemoryCodeSystem } from './memory-code-system.ts';
import type { ReleaseWriter } from './release.ts';
import { type Json, loadResource } from './resource.ts';
import type { Library } from './terminology.ts';
import type { ValueSet } from './value-set.ts';

/** A library in memory, written like any other: for resources that come with a request, and for small ones. */
export class MemoryLibrary implements Library, ReleaseWriter {
  readonly systems: MemoryCodeSystem[] = [];
  readonly valueSets: ValueSet[] = [];
  readonly maps: MemoryConceptMap[] = [];

  system(head: CodeSystemHead): MemoryCodeSystem {
    const system = new MemoryCodeSystem(head);
    this.systems.push(system);
    return system;
  }

  valueSet(valueSet: ValueSet): void {
    this.valueSets.push(valueSet);
  }

  map(head: ConceptMapHead): MemoryConceptMap {
    const map = new MemoryConceptMap(head);
    this.maps.push(map);
    return map;
  }
}

/** A library of FHIR resources. @throws terminology-resource at the first thing wrong with them */
export function libraryOf(resources: readonly Json[], name = 'resource'): MemoryLibrary {
  const library = new MemoryLibrary();
  const problems: Problem[] = [];
  for (const resource of resources) {
    if (loadResource(resource, library, name, (problem) => problems.push(problem))) continue;
    const message = `"${String(resource.resourceType)}" is no resource of terminology`;
    problems.push(terminologyErrors.problem('terminology-resource', message, { file: name }));
  }
  const first = problems[0];
  if (first !== undefined) throw terminologyErrors.error('terminology-resource', first.message, first.where);
  return library;
}
