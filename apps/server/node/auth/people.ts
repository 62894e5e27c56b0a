import { createHash } from 'node:crypto';
import type { Hub } from '@gemel/runtime';

/** A person whose twin is here, as a launch names them. */
export interface Person {
  readonly subject: string;
  /** Id of their Patient resource. */
  readonly id: string;
  readonly name: string;
}

/** Id of the Patient resource of a subject: its own where it is one, else the same short hash each time. */
export function patientIdOf(subject: string): string {
  const own = /^(?:https?:.*\/)?Patient\/([A-Za-z0-9\-.]{1,64})$/.exec(subject)?.[1] ?? subject;
  if (/^[A-Za-z0-9\-.]{1,64}$/.test(own)) return own;
  return `s-${createHash('sha256').update(subject).digest('hex').slice(0, 40)}`;
}

/** The people of the twins. */
export class People {
  readonly #hub: Hub;

  constructor(hub: Hub) {
    this.#hub = hub;
  }

  async list(): Promise<readonly Person[]> {
    return Promise.all((await this.#hub.subjects()).map((subject) => this.#person(subject)));
  }

  /** By subject or by Patient id; null where nobody is meant. */
  async find(subjectOrId: string): Promise<Person | null> {
    const subject = (await this.#hub.subjects()).find(
      (each) => each === subjectOrId || patientIdOf(each) === subjectOrId,
    );
    return subject === undefined ? null : this.#person(subject);
  }

  async #person(subject: string): Promise<Person> {
    const name = (await this.#hub.facts(subject)).find(({ fact }) => fact === 'name')?.value;
    return { subject, id: patientIdOf(subject), name: typeof name === 'string' ? name : subject };
  }
}
