import { Text } from '@mantine/core';
import { useFormat } from '../../i18n/format.ts';

/** How long ago; the very time stands behind it. */
export function When({ at }: { at: string }) {
  const format = useFormat();
  return (
    <Text component="time" dateTime={at} title={format.dateTime(at)} size="sm" style={{ whiteSpace: 'nowrap' }}>
      {format.ago(at)}
    </Text>
  );
}
