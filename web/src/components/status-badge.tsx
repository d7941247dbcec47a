import { Badge } from '@mantine/core';
import { useTranslation } from 'react-i18next';

const colors: Record<string, string> = {
  connected: 'teal',
  qr_ready: 'blue',
  initializing: 'gray',
  disconnected: 'orange',
  error: 'red',
};

/** How a phone number is connected. */
export function StatusBadge({ status }: { status: string }) {
  const { t } = useTranslation();
  return (
    <Badge variant="light" color={colors[status] ?? 'gray'} tt="none">
      {t(`numberStatus.${status}`, { defaultValue: status })}
    </Badge>
  );
}
