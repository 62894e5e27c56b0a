import type { SaxesParser } from 'saxes';

/** Why a document is not read on. */
export type XmlRefusal = 'malformed' | 'entity' | 'doctype' | 'too-large';

/** What a document may not go beyond. */
export interface XmlBounds {
  readonly depth: number;
  readonly elements: number;
}

/**
 * What every XML reader here refuses, in one place: entities of a document's own and outside parts, which can unfold without end or
 * reach elsewhere; more depth or elements than bounds allow; what is not well-formed. The parser loads nothing and unfolds none
 * but the five standard entities. `refuse` is told of each once; where it returns, reading goes on.
 */
export class XmlGuard {
  #depth = 0;
  #elements = 0;
  readonly #bounds: XmlBounds;
  readonly #refuse: (reason: XmlRefusal, message: string) => void;

  /** `declarations`: whether a document type that declares neither entities nor outside parts may stand. */
  constructor(
    parser: SaxesParser,
    bounds: XmlBounds,
    refuse: (reason: XmlRefusal, message: string) => void,
    declarations = false,
  ) {
    this.#bounds = bounds;
    this.#refuse = refuse;
    parser.on('error', ({ message }) => {
      const words = message.replace(/^(undefined:)?\d+:\d+: /, '').replace(/\.$/, '');
      const reason = /^undefined entity/.test(words) ? 'entity' : /doctype/i.test(words) ? 'doctype' : 'malformed';
      refuse(reason, words);
    });
    parser.on('doctype', (text) => {
      if (!declarations) refuse('doctype', 'it declares a document type');
      else if (/<!ENTITY/i.test(text)) refuse('doctype', 'the document type declares entities');
      else if (/^\s*\S+\s+(SYSTEM|PUBLIC)\b/i.test(text)) refuse('doctype', 'the document type names an outside part');
    });
  }

  /** To be told of each start tag. */
  open(): void {
    const { depth, elements } = this.#bounds;
    if (++this.#depth > depth) this.#refuse('too-large', `nested more than ${depth} levels deep`);
    if (++this.#elements > elements) this.#refuse('too-large', `more than ${elements} elements`);
  }

  /** To be told of each end tag. */
  close(): void {
    this.#depth--;
  }

  /** Counts elements anew, for a reader that lets go of those before. */
  reset(): void {
    this.#elements = 0;
  }
}
