import { ActionIcon, type MantineColorScheme, Tooltip, useMantineColorScheme } from '@mantine/core';
import { Icon, type IconName } from '../parts/icon.tsx';
import { strings } from '../strings.data.ts';

const NEXT: Readonly<Record<MantineColorScheme, MantineColorScheme>> = { auto: 'light', light: 'dark', dark: 'auto' };
const ICON: Readonly<Record<MantineColorScheme, IconName>> = { auto: 'contrast', light: 'sun', dark: 'moon' };

/** Goes round: as the system, light, dark. */
export function SchemeButton() {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const label = strings.scheme.label(strings.scheme[colorScheme]);
  return (
    <Tooltip label={label}>
      <ActionIcon variant="subtle" size={36} aria-label={label} onClick={() => setColorScheme(NEXT[colorScheme])}>
        <Icon name={ICON[colorScheme]} />
      </ActionIcon>
    </Tooltip>
  );
}
