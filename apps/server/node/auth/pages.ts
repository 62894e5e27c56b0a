import type { Person } from './people.ts';

/** The pages of logging in and agreeing, without scripts: they work in a frame, in a terminal browser, and for a reader of screens. */

const STYLE = `
:root { color-scheme: light dark; --ink: #1a2530; --soft: #4a5560; --paper: #f4f6f8; --card: #fff; --line: #8795a1; --go: #0b6670; --bad: #a11220; }
@media (prefers-color-scheme: dark) { :root { --ink: #e8edf2; --soft: #b6c0c9; --paper: #10161b; --card: #1a2229; --line: #7c8a96; --go: #6fd0d8; --bad: #ff9aa2; } }
* { box-sizing: border-box; }
body { margin: 0; font: 16px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); }
main { max-width: 30rem; margin: 8vh auto; padding: 2rem; background: var(--card); border: 1px solid var(--line); border-radius: .5rem; }
main.wide { max-width: none; margin: 0; padding: 0; border: 0; border-radius: 0; background: none; }
h1 { font-size: 1.4rem; margin: 0 0 1rem; }
label { display: block; margin: 1rem 0 .25rem; font-weight: 600; }
input[type=text], input[type=password], select { width: 100%; padding: .6rem; font: inherit; color: inherit; background: var(--card); border: 1px solid var(--line); border-radius: .3rem; }
button { padding: .6rem 1.1rem; margin: 1.25rem .5rem 0 0; font: inherit; font-weight: 600; color: var(--card); background: var(--go); border: 1px solid var(--go); border-radius: .3rem; cursor: pointer; }
button.second { color: var(--go); background: transparent; }
:focus-visible { outline: 3px solid var(--go); outline-offset: 2px; }
ul { padding-left: 1.2rem; } li { margin: .3rem 0; }
.problem { color: var(--bad); font-weight: 600; } .soft { color: var(--soft); }
.record { display: grid; grid-template-columns: 15rem 1fr; min-height: 100vh; }
.record nav { padding: 1rem; background: var(--card); border-right: 1px solid var(--line); }
.record nav button { display: block; width: 100%; margin: .4rem 0; text-align: left; }
.record nav form + form { margin-top: 2rem; padding-top: 1rem; border-top: 1px solid var(--line); }
.record nav ul { list-style: none; padding: 0; margin: 0; }
.record section { padding: 0; display: flex; flex-direction: column; }
.record section > * { padding: 0 1.5rem; } .record iframe { flex: 1; width: 100%; min-height: 80vh; padding: 0; border: 0; border-top: 1px solid var(--line); }
@media (max-width: 50rem) { .record { grid-template-columns: 1fr; } }
`;

export const escaped = (text: string): string => text.replace(/[&<>"']/g, (mark) => `&#${mark.charCodeAt(0)};`);

function page(title: string, body: string, wide = false): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)} · Gemel</title>
<link rel="icon" href="/mark.svg" type="image/svg+xml">
<style>${STYLE}</style>
</head>
<body><main${wide ? ' class="wide"' : ''}>${body}</main></body>
</html>`;
}

const hidden = (name: string, value: string) => `<input type="hidden" name="${name}" value="${escaped(value)}">`;
const RESEARCH = '<p class="soft">Research use. Not for clinical use.</p>';

export interface LogInPage {
  readonly formToken: string;
  /** Address to go on to. */
  readonly next: string;
  readonly name?: string;
  readonly problem?: string;
}

export function logInPage({ formToken, next, name = '', problem }: LogInPage): string {
  return page(
    'Log in',
    `<h1>Log in to Gemel</h1>
${problem === undefined ? '' : `<p class="problem" role="alert">${escaped(problem)}</p>`}
<form method="post" action="/login">
${hidden('form', formToken)}${hidden('next', next)}
<label for="name">Name</label>
<input id="name" name="name" type="text" value="${escaped(name)}" autocomplete="username" autocapitalize="none" required${name === '' ? ' autofocus' : ''}>
<label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password" required${name === '' ? '' : ' autofocus'}>
<button>Log in</button>
</form>
${RESEARCH}`,
  );
}

export interface ConsentPage {
  readonly action: string;
  readonly formToken: string;
  readonly client: string;
  readonly user: string;
  /** Scopes in plain words. */
  readonly words: readonly string[];
  /** What was asked for and this person cannot give. */
  readonly left: readonly string[];
  /** Whom a person may be chosen from; empty where none is to be chosen. */
  readonly people: readonly Person[];
}

export function consentPage({ action, formToken, client, user, words, left, people }: ConsentPage): string {
  const options = people.map(({ id, name }) => `<option value="${escaped(id)}">${escaped(name)}</option>`).join('');
  const chooser =
    people.length === 0
      ? ''
      : `<label for="person">Whose data</label><select id="person" name="person" required><option value="">Choose a person</option>${options}</select>`;
  const missing =
    left.length === 0 ? '' : `<p class="soft">It also asked for, and does not get: ${escaped(left.join('; '))}.</p>`;
  return page(
    'Agree',
    `<h1>${escaped(client)} asks to</h1>
<ul>${words.map((each) => `<li>${escaped(each)}</li>`).join('')}</ul>
${missing}
<form method="post" action="${escaped(action)}">
${hidden('form', formToken)}
${chooser}
<button name="answer" value="allow">Allow</button><button class="second" name="answer" value="deny" formnovalidate>Refuse</button>
</form>
<p class="soft">You are logged in as ${escaped(user)}.</p>${RESEARCH}`,
  );
}

export function noticePage(title: string, words: string): string {
  return page(
    title,
    `<h1>${escaped(title)}</h1><p>${escaped(words)}</p><p><a href="/">To the twins</a></p>${RESEARCH}`,
  );
}

export interface RecordPage {
  readonly formToken: string;
  readonly people: readonly Person[];
  readonly user: string;
  /** Whose record is open, and the address that launches the app for them. */
  readonly open: { readonly person: Person; readonly launch: string } | null;
}

/** The page that plays the hospital's record: people on the left, the launched app on the right. */
export function recordPage({ formToken, people, user, open }: RecordPage): string {
  const list = people
    .map(({ id, name }) => {
      const current = open?.person.id === id ? ' aria-current="true"' : ' class="second"';
      return `<li><button name="person" value="${escaped(id)}"${current}>${escaped(name)}</button></li>`;
    })
    .join('');
  const body =
    open === null
      ? '<h2>No record is open</h2><p>Choose a person: Gemel is launched for them, as a record launches an app.</p>'
      : `<h2>${escaped(open.person.name)}</h2><iframe title="Gemel for ${escaped(open.person.name)}" src="${escaped(open.launch)}"></iframe>`;
  return page(
    'Hospital record (demonstration)',
    `<div class="record"><nav aria-label="People"><h1>Hospital record</h1>
<p class="soft">A page that plays the hospital's record. ${escaped(user)} is logged in. The people are invented.</p>
${RESEARCH}
<form method="post" action="/launcher">${hidden('form', formToken)}<ul>${list}</ul></form>
<form method="post" action="/logout">${hidden('form', formToken)}<button class="second">Log out</button></form></nav>
<section>${body}</section></div>`,
    true,
  );
}
