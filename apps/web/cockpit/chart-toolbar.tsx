import type { TwinView } from '@gemel/server/api';
import { ActionIcon, Button, Menu, SegmentedControl, Switch } from '@mantine/core';
import { durationText, HOUR } from '../data/time.ts';
import { Icon } from '../parts/icon.tsx';
import { strings } from '../strings.data.ts';
import css from './chart-toolbar.module.css';
import { type FanStyle, type View, windowName, windowOf } from './use-view.ts';

interface ChartToolbarProps {
  readonly view: View;
  readonly twin: TwinView;
  readonly onChange: (change: Partial<View>) => void;
  readonly onPan: (windows: number) => void;
  readonly onCsv: () => void;
  readonly onSvg: () => void;
  readonly hasPast: boolean;
}

function options<T extends string>(labels: Readonly<Record<string, string>>, values: readonly T[]) {
  return values.map((value) => ({ value, label: labels[value] ?? value }));
}

/** What of the timeline is shown, and how. */
export function ChartToolbar({ view, twin, onChange, onPan, onCsv, onSvg, hasPast }: ChartToolbarProps) {
  const t = strings.chart;
  return (
    <div className={`${css.toolbar} no-print`}>
      <div className={css.group}>
        <SegmentedControl
          aria-label={t.window}
          size="xs"
          data={twin.windows.map(({ past }) => ({ value: windowName(past), label: durationText(past * HOUR) }))}
          value={windowName(windowOf(view, twin).past)}
          onChange={(window) => onChange({ window })}
        />
        <div className={css.pan}>
          <ActionIcon variant="default" size={32} aria-label={t.earlier} onClick={() => onPan(-0.5)}>
            <Icon name="left" size={17} />
          </ActionIcon>
          <ActionIcon
            variant="default"
            size={32}
            aria-label={t.later}
            disabled={view.end === null}
            onClick={() => onPan(0.5)}
          >
            <Icon name="right" size={17} />
          </ActionIcon>
          <ActionIcon
            variant="default"
            size={32}
            aria-label={t.toNow}
            title={t.toNow}
            disabled={view.end === null}
            onClick={() => onChange({ end: null })}
          >
            <Icon name="end" size={17} />
          </ActionIcon>
        </div>
      </div>
      <div className={css.group}>
        <div className={css.labelled}>
          <span aria-hidden="true">{t.fan}</span>
          <SegmentedControl
            aria-label={t.fan}
            size="xs"
            data={options(t.fans, ['off', 'lines', 'fan'])}
            value={view.fan}
            onChange={(fan) => onChange({ fan: fan as FanStyle })}
          />
        </div>
        <Switch
          size="sm"
          label={t.before}
          title={t.beforeHint}
          checked={view.before}
          disabled={!hasPast && !view.before}
          onChange={(event) => onChange({ before: event.currentTarget.checked })}
        />
      </div>
      <div className={css.group}>
        <SegmentedControl
          aria-label={t.view}
          size="xs"
          data={options(t.views, ['chart', 'table'])}
          value={view.as}
          onChange={(as) => onChange({ as: as as View['as'] })}
        />
        <Menu position="bottom-end">
          <Menu.Target>
            <Button variant="default" size="xs" leftSection={<Icon name="download" size={15} />}>
              {t.download}
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item onClick={onCsv}>{t.csv}</Menu.Item>
            <Menu.Item onClick={onSvg}>{t.svg}</Menu.Item>
          </Menu.Dropdown>
        </Menu>
      </div>
    </div>
  );
}
