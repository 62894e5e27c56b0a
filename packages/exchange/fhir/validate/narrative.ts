import { SaxesParser } from 'saxes';

/** What is wrong with the XHTML of a narrative. */
export interface NarrativeFault {
  readonly rule: 'narrative-form' | 'narrative-content' | 'narrative-empty';
  readonly text: string;
}

const XHTML = 'http://www.w3.org/1999/xhtml';

/** Elements of the XHTML that FHIR allows: chapters 7–11 (9.4 aside) and 15 of HTML 4.0, links and images (R4, 2.4.0). */
const ELEMENTS = new Set(
  `p br div h1 h2 h3 h4 h5 h6 a span b em i strong small big tt dfn q var abbr acronym cite blockquote hr address bdo kbd
  sub sup ul ol li dl dt dd pre table caption colgroup col thead tr tfoot tbody th td code samp img map area`.split(
    /\s+/,
  ),
);

const EVERYWHERE = new Set('title style class id lang xml:lang dir accesskey tabindex xmlns'.split(' '));
const CELLS = 'align char charoff valign abbr axis headers scope rowspan colspan width height bgcolor nowrap';
const ATTRIBUTES: Readonly<Record<string, ReadonlySet<string>>> = Object.fromEntries(
  Object.entries({
    a: 'href name target rel rev type charset hreflang shape coords',
    img: 'src alt width height border align usemap longdesc ismap name hspace vspace',
    map: 'name',
    area: 'shape coords href alt nohref',
    table: 'summary width border frame rules cellspacing cellpadding align bgcolor',
    col: 'span width align char charoff valign',
    colgroup: 'span width align char charoff valign',
    td: CELLS,
    th: CELLS,
    tr: `align char charoff valign bgcolor`,
    thead: 'align char charoff valign',
    tbody: 'align char charoff valign',
    tfoot: 'align char charoff valign',
    q: 'cite',
    blockquote: 'cite',
    ol: 'start type compact',
    ul: 'type compact',
    li: 'value type',
    dl: 'compact',
    hr: 'align noshade size width',
    br: 'clear',
    p: 'align',
    div: 'align',
    caption: 'align',
    pre: 'width',
    ...Object.fromEntries([1, 2, 3, 4, 5, 6].map((level) => [`h${level}`, 'align'])),
  }).map(([name, words]) => [name, new Set(words.split(' '))]),
);

const ACTIVE = /^\s*(javascript|vbscript|data:text\/html)/i;

/** What is wrong with the text of `Narrative.div`; an empty list where nothing is. */
export function narrativeFaults(div: string): readonly NarrativeFault[] {
  const faults: NarrativeFault[] = [];
  const add = (rule: NarrativeFault['rule'], text: string) => {
    if (faults.length < 20) faults.push({ rule, text });
  };
  let filled = false;
  let depth = 0;
  const parser = new SaxesParser({ xmlns: true });
  parser.on('doctype', () => add('narrative-content', 'a document type declaration is not allowed'));
  parser.on('processinginstruction', ({ target }) =>
    add('narrative-content', `the processing instruction ${target} is not allowed`),
  );
  parser.on('opentag', ({ name, local, uri, attributes }) => {
    if (depth++ === 0) {
      if (name !== 'div') add('narrative-form', `the root is <${name}>, not <div>`);
      if (uri !== XHTML) add('narrative-form', uri === '' ? 'the <div> names no namespace' : `the namespace is ${uri}`);
    } else if (uri !== XHTML) {
      add('narrative-content', `<${name}> is of the namespace ${uri || 'none'}`);
      return;
    }
    if (!ELEMENTS.has(local)) {
      add('narrative-content', `<${local}> is not allowed`);
      return;
    }
    if (local === 'img') filled = true;
    for (const [attribute, { value, prefix }] of Object.entries(attributes)) {
      if (prefix === 'xmlns' || EVERYWHERE.has(attribute)) continue;
      if (ATTRIBUTES[local]?.has(attribute) !== true)
        add('narrative-content', `${attribute} is not allowed on <${local}>`);
      else if ((attribute === 'href' || attribute === 'src') && ACTIVE.test(value))
        add('narrative-content', `${attribute} of <${local}> holds a script`);
    }
  });
  parser.on('closetag', () => {
    depth--;
  });
  const text = (words: string) => {
    if (words.trim() !== '') filled = true;
  };
  parser.on('text', text);
  parser.on('cdata', text);
  try {
    // The parser goes on after a fault unless it is thrown.
    parser.on('error', (fault) => {
      throw fault;
    });
    parser.write(div).close();
  } catch (cause) {
    const [line] = (cause as Error).message.split('\n');
    add('narrative-form', `it is not well-formed: ${line}`);
  }
  if (!filled && faults.length === 0) add('narrative-empty', 'it holds neither text nor an image');
  return faults;
}
