import { Table, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../../i18n/format.ts';
import { BackendLink, NumberLink, TextLink, UserLink } from '../links.tsx';
import type { Found } from '../types.ts';

export function FoundMessages({ messages }: { messages: Found['messages'] }) {
  const { t } = useTranslation('operators');
  const format = useFormat();
  return (
    <Table.ScrollContainer minWidth={820}>
      <Table>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t('search.message')}</Table.Th>
            <Table.Th>{t('search.status')}</Table.Th>
            <Table.Th>{t('number.one')}</Table.Th>
            <Table.Th>{t('user.one')}</Table.Th>
            <Table.Th>{t('backend.one')}</Table.Th>
            <Table.Th>{t('audit.request')}</Table.Th>
            <Table.Th>{t('audit.when')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {messages.map((message) => (
            <Table.Tr key={message.id}>
              <Table.Td>
                <Text size="sm">
                  {t(`direction.${message.direction}`, { defaultValue: message.direction })} ·{' '}
                  <span className="ltr">{message.kind}</span>
                </Text>
                <Text size="xs" c="dimmed" component="div">
                  <span className="ltr">{message.id}</span>
                  <br />
                  {message.whatsapp_id !== null && <span className="ltr">{message.whatsapp_id}</span>}
                </Text>
              </Table.Td>
              <Table.Td>
                <span className="ltr">{message.status}</span>
                {message.status_reason !== null && (
                  <Text size="xs" c="dimmed">
                    <span className="ltr">{message.status_reason}</span>
                  </Text>
                )}
              </Table.Td>
              <Table.Td>
                <NumberLink id={message.phone_number_id} />
              </Table.Td>
              <Table.Td>
                <UserLink id={message.user_id} />
              </Table.Td>
              <Table.Td>{message.backend_id === null ? '–' : <BackendLink id={message.backend_id} />}</Table.Td>
              <Table.Td>
                {message.request_id === null ? (
                  '–'
                ) : (
                  <TextLink to="/search" search={{ q: message.request_id }} size="xs" className="ltr">
                    {message.request_id}
                  </TextLink>
                )}
              </Table.Td>
              <Table.Td>{format.dateTime(message.created_at)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
