import type { ActionResult, ProposalView, TwinDetail } from '@gemel/server/api';
import { Button, Radio, Textarea, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { type ApiError, asApiError, post } from '../data/client.ts';
import { Card } from '../parts/card.tsx';
import { Failure } from '../parts/failure.tsx';
import { strings } from '../strings.data.ts';
import { emptyArm } from '../twin/arm.ts';
import { ArmEditor } from '../twin/arm-editor.tsx';
import { type Decision, missingOf, requestOf } from './decision.ts';
import css from './decision-form.module.css';
import { InputsChanged } from './inputs-changed.tsx';

interface DecisionFormProps {
  readonly proposal: ProposalView;
  readonly detail: TwinDetail;
  readonly now: number;
  readonly stale: boolean;
  readonly asking: boolean;
  readonly onAsk: () => void;
  readonly onDone: (result: ActionResult) => void;
}

const KINDS = ['agree', 'change', 'reject'] as const;

/** Agree, change or reject one proposal; nothing is chosen beforehand, and a reason is always required. */
export function DecisionForm({ proposal, detail, now, stale, asking, onAsk, onDone }: DecisionFormProps) {
  const { controls } = detail.view;
  const [decision, setDecision] = useState<Decision>(() => ({
    kind: null,
    scenario: null,
    arm: emptyArm(controls),
    person: '',
    reason: '',
  }));
  const [tried, setTried] = useState(false);
  const [sending, setSending] = useState(false);
  const [error, setError] = useState<ApiError | null>(null);
  const t = strings.proposal;
  const set = (change: Partial<Decision>) => setDecision((old) => ({ ...old, ...change }));
  const missing = missingOf(decision, controls);
  const shown = tried ? missing : {};
  const allowed = proposal.advice.plans.filter((plan) => plan.allowed);

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (Object.keys(missing).length > 0) return;
    setSending(true);
    setError(null);
    try {
      const path = `/api/proposals/${encodeURIComponent(proposal.id)}/action`;
      onDone(await post<ActionResult>(path, requestOf(decision, proposal, controls)));
    } catch (thrown) {
      setError(asApiError(thrown));
    } finally {
      setSending(false);
    }
  };
  if (error?.problem?.code === 'release-inputs-changed')
    return <InputsChanged message={error.message} asking={asking} stale={stale} onAsk={onAsk} />;
  const newer = detail.observations.some((point) => point.knownAt > proposal.trace.knownAt);
  return (
    <>
      {newer && <InputsChanged message={null} asking={asking} stale={stale} onAsk={onAsk} />}
      <Card title={t.act} text={t.actText}>
        <form className={css.form} onSubmit={(event) => void submit(event)} noValidate>
          <Radio.Group
            label={t.choose}
            value={decision.kind ?? ''}
            onChange={(kind) => set({ kind: kind as Decision['kind'] })}
            error={shown.kind}
            required
          >
            {KINDS.map((kind) => (
              <Radio
                key={kind}
                value={kind}
                mt={8}
                label={t[kind]}
                description={t[`${kind}Text`]}
                disabled={kind !== 'reject' && stale}
              />
            ))}
          </Radio.Group>
          {decision.kind === 'agree' && (
            <Radio.Group
              label={t.which}
              value={decision.scenario ?? ''}
              onChange={(scenario) => set({ scenario })}
              error={shown.scenario}
              required
            >
              {allowed.map((plan) => (
                <Radio key={plan.scenario.id} value={plan.scenario.id} mt={8} label={plan.scenario.title} />
              ))}
            </Radio.Group>
          )}
          {decision.kind === 'change' && (
            <div>
              <ArmEditor
                arm={decision.arm}
                onChange={(arm) => set({ arm })}
                controls={controls}
                recorded={detail.controls}
                now={now}
              />
              {shown.controls !== undefined && <p className={css.missing}>{shown.controls}</p>}
            </div>
          )}
          <TextInput
            label={t.person}
            autoComplete="name"
            value={decision.person}
            onChange={(event) => set({ person: event.currentTarget.value })}
            error={shown.person}
            required
          />
          <Textarea
            label={t.reason}
            description={t.reasonHint}
            autosize
            minRows={2}
            value={decision.reason}
            onChange={(event) => set({ reason: event.currentTarget.value })}
            error={shown.reason}
            required
          />
          {Object.keys(shown).length > 0 && (
            <p role="alert" className={css.missing}>
              {t.fix} {Object.values(shown).join(' ')}
            </p>
          )}
          {error !== null && <Failure error={error} heading={t.failed} />}
          <Button type="submit" loading={sending}>
            {decision.kind === null ? t.submitNone : t.submit[decision.kind]}
          </Button>
        </form>
      </Card>
    </>
  );
}
