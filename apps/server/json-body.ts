import { serverErrors } from './errors.data.ts';

/** Levels of nesting that a body may have: a QuestionnaireResponse of ten groups in groups has about forty. */
export const DEEPEST = 64;

/** The JSON of a body, unless it is nested too deep or would reach an object's prototype. @throws server-body-too-deep, server-request-invalid */
export function readJsonBody(text: string): unknown {
  if (deeperThan(text, DEEPEST))
    throw serverErrors.error('server-body-too-deep', `The body is nested deeper than ${DEEPEST} levels.`);
  try {
    // Looking at every key takes several times as long as reading: only where a text could hold the name, escaped or not.
    return JSON.parse(text, text.includes('__proto__') || text.includes('\\u005') ? refusePrototype : undefined);
  } catch (error) {
    throw serverErrors.error('server-request-invalid', `The body is not JSON: ${plain(error as Error)}`);
  }
}

function refusePrototype(key: string, value: unknown): unknown {
  if (key === '__proto__') throw new SyntaxError('"__proto__" is no name of an element');
  return value;
}

/** What the parser says quotes the body; where it stopped is enough, and tells nothing of a patient. */
function plain({ message }: Error): string {
  return /at position \d+/.exec(message)?.[0] ?? (message.startsWith('"__proto__"') ? message : 'it ends too early');
}

/** Whether JSON text opens more than `most` arrays and objects within one another; strings do not count. */
export function deeperThan(text: string, most: number): boolean {
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    switch (text.charCodeAt(at)) {
      case 0x22: // "
        for (at++; at < text.length && text.charCodeAt(at) !== 0x22; at++) if (text.charCodeAt(at) === 0x5c) at++;
        break;
      case 0x5b: // [
      case 0x7b: // {
        if (++depth > most) return true;
        break;
      case 0x5d: // ]
      case 0x7d: // }
        depth--;
        break;
    }
  }
  return false;
}
