import type { AccessAction, AccessEvent, Caller } from '../../access.ts';
import { serverErrors } from '../../errors.data.ts';
import { scopePermits } from '../../scopes.ts';
import type { World } from '../world.ts';

/** Does something with a person's data where scopes and policies permit it, and records it either way. @throws server-scope-missing, server-refused */
export function actor({ governance, clock }: Pick<World, 'governance' | 'clock'>) {
  return async <T>(
    asked: { readonly caller: Caller; readonly action: AccessAction; readonly type: string; readonly subject: string },
    work: () => Promise<{ readonly answer: T; readonly entities: readonly string[]; readonly said?: string }>,
  ): Promise<T> => {
    const { caller, action, type, subject } = asked;
    if (!scopePermits(caller.scopes, caller.patient, action, type, subject))
      throw serverErrors.error('server-scope-missing', `The scopes do not open ${action} of ${type} here.`);
    const request = { ...asked, at: clock() };
    const decision = await governance.decide(request);
    const record = (done: Pick<AccessEvent, 'entities' | 'outcome'>, said?: string) =>
      governance.record([
        {
          request,
          decision: said === undefined ? decision : { ...decision, reason: `${decision.reason} ${said}` },
          ...done,
        },
      ]);
    if (!decision.permit) {
      await record({ entities: [], outcome: 'minor-failure' });
      throw serverErrors.error('server-refused', decision.reason);
    }
    try {
      const { answer, entities, said } = await work();
      await record({ entities, outcome: 'success' }, said);
      return answer;
    } catch (error) {
      await record({ entities: [], outcome: 'minor-failure' });
      throw error;
    }
  };
}
