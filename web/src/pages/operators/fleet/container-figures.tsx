import { Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../../i18n/format.ts';
import type { Backend } from '../types.ts';

/** Of a server that was started by itself. */
export function ContainerFigures({ container }: { container: NonNullable<Backend['container']> }) {
  const { t } = useTranslation('operators');
  const format = useFormat();
  const { state, cpu, memory_bytes: used, memory_limit_bytes: limit, replacements } = container;
  const memory = [used, limit].filter((bytes) => bytes !== null).map((bytes) => format.bytes(bytes));
  return (
    <Text size="sm" component="div">
      <div>{t(`container.${state}`, { defaultValue: state })}</div>
      {cpu !== null && <div>{t('container.cpu', { share: format.percent(cpu) })}</div>}
      {memory.length > 0 && <div>{t('container.memory', { bytes: memory.join(' / ') })}</div>}
      {replacements > 0 && <div>{t('container.replaced', { count: replacements })}</div>}
    </Text>
  );
}
