import { Badge, Group, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Backend } from '../types.ts';

const colors: Record<string, string> = {
  active: 'teal',
  joining: 'blue',
  degraded: 'yellow',
  cordoned: 'grape',
  draining: 'grape',
  down: 'red',
  license_required: 'red',
  unsupported: 'orange',
};

export function BackendStateBadge({ state }: { state: string }) {
  const { t } = useTranslation('operators');
  return (
    <Badge variant="light" color={colors[state] ?? 'gray'} tt="none">
      {t(`backendState.${state}`, { defaultValue: state })}
    </Badge>
  );
}

/** The state with why it is so, and what an operator chose where something worse is the case. */
export function BackendState({ backend }: { backend: Backend }) {
  const { t } = useTranslation('operators');
  const { state, hold, reason, tripped } = backend;
  return (
    <div>
      <Group gap={4}>
        <BackendStateBadge state={state} />
        {hold !== null && hold !== state && <BackendStateBadge state={hold} />}
        {tripped && (
          <Badge variant="light" color="red" tt="none" title={t('backend.trippedText')}>
            {t('backend.tripped')}
          </Badge>
        )}
      </Group>
      {reason !== null && (
        <Text size="xs" c="dimmed" lang="en">
          <span className="ltr">{reason}</span>
        </Text>
      )}
    </div>
  );
}
