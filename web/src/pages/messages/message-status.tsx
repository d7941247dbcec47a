import { Badge } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Message } from './message.ts';

const colors: Partial<Record<Message['status'], string>> = {
  sending: 'blue',
  sent: 'blue',
  delivered: 'teal',
  read: 'teal',
  played: 'teal',
  failed: 'red',
  expired: 'orange',
  unknown: 'orange',
};

export function MessageStatus({ status }: { status: Message['status'] }) {
  const { t } = useTranslation('messages');
  return (
    <Badge variant="light" color={colors[status] ?? 'gray'} tt="none">
      {t(`status.${status}`)}
    </Badge>
  );
}
