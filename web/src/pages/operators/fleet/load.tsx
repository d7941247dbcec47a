import { Progress, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../../i18n/format.ts';
import type { Backend } from '../types.ts';

/** How full a backend is. */
export function Load({ backend }: { backend: Pick<Backend, 'assigned' | 'reserved' | 'capacity' | 'load'> }) {
  const { t } = useTranslation('operators');
  const format = useFormat();
  const { assigned, reserved, capacity, load } = backend;
  const text = t('backend.places', { taken: format.number(assigned + reserved), capacity: format.number(capacity) });
  return (
    <div>
      <Text size="sm">{text}</Text>
      <Progress
        value={Math.min(100, load * 100)}
        color={load >= 1 ? 'red' : load >= 0.9 ? 'orange' : 'fleet'}
        size="sm"
        aria-label={text}
      />
    </div>
  );
}
