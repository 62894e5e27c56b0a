import process from 'node:process';
import type { Terminology } from '@gemel/exchange/terminology/terminology';
import { Command } from 'commander';
import { EXIT } from '../../exit.ts';
import { type Begin, wholeNumber } from '../begin.ts';
import type { Shell } from '../shell.ts';

/** Short names of code systems. */
const SYSTEMS: Readonly<Record<string, string>> = {
  loinc: 'http://loinc.org',
  snomed: 'http://snomed.info/sct',
  rxnorm: 'http://www.nlm.nih.gov/research/umls/rxnorm',
  'icd-10': 'http://hl7.org/fhir/sid/icd-10',
  'icd-10-cm': 'http://hl7.org/fhir/sid/icd-10-cm',
  ndc: 'http://hl7.org/fhir/sid/ndc',
  atc: 'http://www.whocc.no/atc',
  ucum: 'http://unitsofmeasure.org',
  mdc: 'urn:iso:std:iso:11073:10101',
};
const NAMES = `A code system goes by its URI or as ${Object.keys(SYSTEMS).join(', ')}.`;

const uriOf = (name: string) => SYSTEMS[name.toLowerCase()] ?? name;

/** `gemel terminology`: code systems, value sets and concept maps: loaded, listed, asked. */
export function terminologyCommand(begin: Begin): Command {
  const command = new Command('terminology').description(
    'code systems, value sets and concept maps: load your own, and ask',
  );
  command
    .command('load')
    .description('load releases: LOINC, SNOMED CT (RF2), RxNorm (RRF), ICD-10-CM, ClaML, FHIR resources and packages')
    .argument('<paths...>', 'an unpacked release’s folder, or a file')
    .option('--release <version>', 'version, where the release does not say it')
    .option('--language <tag>', 'language of the names to show (SNOMED CT): en-US, en-GB, or a language reference set')
    .action(async (paths: string[], options: LoadOptions, self: Command) => load(begin(self), paths, options));
  command
    .command('list')
    .description('what there is to ask, with the notices of their licences')
    .action(async (_options: unknown, self: Command) => asked(begin(self), list));
  command
    .command('lookup')
    .description('what a code means')
    .argument('<system>', NAMES)
    .argument('<code>')
    .option('--language <tag>', 'language of the name')
    .action(async (system: string, code: string, options: { language?: string }, self: Command) =>
      asked(begin(self), async (terminology, shell) => {
        const { lookup } = await import('@gemel/exchange/terminology/lookup');
        const found = lookup(terminology, { system: uriOf(system), code, displayLanguage: options.language ?? null });
        const { head } = found.system;
        const lines = [
          `${shell.style('bold', found.code, process.stdout)}  ${found.display ?? ''}${found.inactive ? '  (inactive)' : ''}`,
          `${head.name}${head.version === null ? '' : ` ${head.version}`}`,
          ...(found.definition === null ? [] : [found.definition]),
          ...found.designations.map(({ language, value }) => `  ${language ?? ''}  ${value}`),
          ...found.properties.map(({ name, value }) => `  ${name}  ${JSON.stringify(value.value)}`),
        ];
        const { system: _, ...rest } = found;
        await shell.result({ system: head.url, version: head.version, ...rest }, lines.join('\n'));
      }),
    );
  command
    .command('validate')
    .description('whether a code is one of a code system, or of a value set')
    .argument('<system>', NAMES)
    .argument('<code>')
    .option('--value-set <uri>', 'the value set it must lie in')
    .option('--display <name>', 'the name it is given')
    .action(async (system: string, code: string, options: { valueSet?: string; display?: string }, self: Command) =>
      asked(begin(self), async (terminology, shell) => {
        const { validateInSystem, validateInValueSet } = await import('@gemel/exchange/terminology/validate-code');
        const question = { system: uriOf(system), code, display: options.display ?? null };
        const answer =
          options.valueSet === undefined
            ? validateInSystem(terminology, question.system, question)
            : validateInValueSet(terminology, terminology.membership(options.valueSet), question);
        if (!answer.result) shell.end(EXIT.failed);
        const name = answer.coding?.display === undefined ? '' : `  ${answer.coding.display}`;
        await shell.result(
          answer,
          `${answer.result ? 'valid' : 'not valid'}${name}${answer.message === null ? '' : `\n${answer.message}`}`,
        );
      }),
    );
  command
    .command('translate')
    .description('what a code means in other systems, by the concept maps loaded')
    .argument('<system>', NAMES)
    .argument('<code>')
    .option('--map <uri>', 'one map only')
    .option('--to <system>', 'one target only')
    .option('--reverse', 'from target to source')
    .action(async (system: string, code: string, options: TranslateOptions, self: Command) =>
      asked(begin(self), async (terminology, shell) => {
        const { translate } = await import('@gemel/exchange/terminology/translate');
        const answer = translate(terminology, {
          codings: [{ system: uriOf(system), code }],
          url: options.map ?? null,
          targetSystem: options.to === undefined ? null : uriOf(options.to),
          reverse: options.reverse === true,
        });
        if (!answer.result) shell.end(EXIT.failed);
        const lines = answer.matches.map(({ equivalence, coding, comment, source }) => {
          const target = coding === null ? 'nothing' : `${coding.system}|${coding.code}  ${coding.display ?? ''}`;
          return `${equivalence}  ${target}${comment === null ? '' : `  (${comment})`}  ${source}`;
        });
        await shell.result(answer, [...lines, ...(answer.message === null ? [] : [answer.message])].join('\n'));
      }),
    );
  command
    .command('expand')
    .description('the codes of a value set')
    .argument('<value-set>', 'its URI; http://snomed.info/sct?fhir_vs=ecl/<<404684003 is one too')
    .option('--filter <words>', 'those of whose names a word begins with each of these')
    .option('--count <n>', 'at most so many', wholeNumber)
    .option('--offset <n>', 'after so many', wholeNumber, 0)
    .option('--active', 'active codes only')
    .action(async (uri: string, options: ExpandOptions, self: Command) =>
      asked(begin(self), async (terminology, shell) => {
        const { expand } = await import('@gemel/exchange/terminology/expand');
        const { filter = null, count = null, offset, active = false } = options;
        const answer = expand(terminology.membership(uri), { filter, count, offset, activeOnly: active });
        const lines = answer.codes.map(
          ({ system, code, display, inactive }) =>
            `${system}|${code}  ${display ?? ''}${inactive ? '  (inactive)' : ''}`,
        );
        const of = answer.total === null ? 'more than can be counted' : String(answer.total);
        await shell.result(answer, [...lines, `${answer.codes.length} of ${of}`].join('\n'));
      }),
    );
  return command;
}

interface LoadOptions {
  readonly release?: string;
  readonly language?: string;
}

interface TranslateOptions {
  readonly map?: string;
  readonly to?: string;
  readonly reverse?: boolean;
}

interface ExpandOptions {
  readonly filter?: string;
  readonly count?: number;
  readonly offset: number;
  readonly active?: boolean;
}

/** Problems told in full for each release; --json has more. */
const TOLD = 10;

async function load(shell: Shell, paths: readonly string[], { release, language }: LoadOptions): Promise<void> {
  const { loadRelease } = await import('@gemel/exchange/terminology/node/load-release');
  const { terminologyFolder } = await import('@gemel/server/node/world');
  const results = [];
  for (const path of paths) {
    shell.checkpoint();
    const result = await loadRelease(path, terminologyFolder(shell.options.data), {
      signal: shell.signal,
      onProgress: shell.progress,
      ...(release === undefined ? {} : { version: release }),
      ...(language === undefined ? {} : { language }),
    });
    for (const problem of result.problems.slice(0, TOLD)) shell.problem(problem);
    if (result.problemCount > TOLD)
      shell.note(`… and ${result.problemCount - TOLD} more problems; --json lists the first of them`);
    results.push(result);
  }
  const lines = results.flatMap(({ systems, valueSets, maps, problemCount, file }) => [
    ...systems.map(({ url, version, concepts }) => `${url} ${version ?? '(no version)'}: ${concepts} concepts`),
    ...(valueSets > 0 ? [`${valueSets} value sets`] : []),
    ...maps.map((url) => `concept map ${url}`),
    `${problemCount} problems; ${file}`,
  ]);
  await shell.result(results, lines.join('\n'));
}

async function list(terminology: Terminology, shell: Shell): Promise<void> {
  const systems = terminology.systems.map(({ head, size }) => ({
    ...head,
    concepts: Number.isFinite(size) ? size : null,
  }));
  const valueSets = terminology.valueSets.map(({ url, version, title, name }) => ({
    url,
    version,
    title: title ?? name,
  }));
  const maps = terminology.maps.map(({ head }) => ({ url: head.url, version: head.version, name: head.name }));
  const lines = [
    ...systems.map(({ url, version, name, concepts, complete, notice }) => {
      const count = concepts === null ? 'a grammar' : `${concepts} concepts${complete ? '' : ', a part'}`;
      return `${name}  ${url}${version === null ? '' : `|${version}`}  ${count}${notice === null ? '' : `\n    ${notice}`}`;
    }),
    ...valueSets.map(({ url, title }) => `value set  ${url}  ${title}`),
    ...maps.map(({ url, name }) => `concept map  ${url}  ${name}`),
  ];
  await shell.result({ systems, valueSets, maps }, lines.join('\n'));
}

async function asked(shell: Shell, question: (terminology: Terminology, shell: Shell) => Promise<void>): Promise<void> {
  const { openTerminologyFolder } = await import('@gemel/exchange/terminology/node/terminology-folder');
  const { terminologyFolder } = await import('@gemel/server/node/world');
  const { terminology, close } = openTerminologyFolder(terminologyFolder(shell.options.data));
  try {
    await question(terminology, shell);
  } finally {
    close();
  }
}
