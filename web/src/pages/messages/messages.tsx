import { Group, Select, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { PageTitle } from '../../components/page-title.tsx';
import { messageKinds, messageStates, searchOfMessages } from './message.ts';
import { MessageList } from './message-list.tsx';

/** What the user sent and received, newest first. */
export function Messages() {
  const { t } = useTranslation('messages');
  const { t: tCommon } = useTranslation();
  const filter = searchOfMessages(useSearch({ strict: false }));
  const navigate = useNavigate();
  const change = (more: Record<string, unknown>) =>
    void navigate({ to: '/messages', search: searchOfMessages({ ...filter, ...more }), replace: true });
  const changeTo = useDebouncedCallback((to: string) => change({ to }), 300);
  return (
    <>
      <PageTitle title={tCommon('nav.messages')} text={t('list.text')} />
      <Group mb="md" gap="sm">
        <TextInput
          flex={1}
          miw={180}
          type="search"
          maxLength={64}
          placeholder={t('list.to')}
          aria-label={t('list.to')}
          defaultValue={filter.to ?? ''}
          key={filter.to === undefined ? 'any' : 'one'}
          onChange={(event) => changeTo(event.currentTarget.value.trim().replace(/^\+/, ''))}
        />
        <Select
          w={160}
          clearable
          placeholder={t('list.everyStatus')}
          aria-label={t('list.status')}
          data={messageStates.map((value) => ({ value, label: t(`status.${value}`) }))}
          value={filter.status ?? null}
          onChange={(status) => change({ status })}
        />
        <Select
          w={160}
          clearable
          placeholder={t('list.bothDirections')}
          aria-label={t('list.direction')}
          data={['outbound', 'inbound'].map((value) => ({ value, label: t(`direction.${value}`) }))}
          value={filter.direction ?? null}
          onChange={(direction) => change({ direction })}
        />
        <Select
          w={160}
          clearable
          placeholder={t('list.everyKind')}
          aria-label={t('list.kind')}
          data={messageKinds.map((value) => ({ value, label: t(`kind.${value}`) }))}
          value={filter.kind ?? null}
          onChange={(kind) => change({ kind })}
        />
      </Group>
      <MessageList
        key={JSON.stringify(filter)}
        filter={filter}
        onClear={() => void navigate({ to: '/messages', search: {}, replace: true })}
      />
    </>
  );
}
