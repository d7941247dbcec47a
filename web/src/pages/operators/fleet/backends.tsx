import { Button, Group, Table, Text, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { PlusIcon } from '@radix-ui/react-icons';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { EmptyState } from '../../../components/empty-state.tsx';
import { PageTitle } from '../../../components/page-title.tsx';
import { useFormat } from '../../../i18n/format.ts';
import { Labels } from '../labels.tsx';
import { TextLink } from '../links.tsx';
import { ListState } from '../list-state.tsx';
import { backendsQuery } from '../queries.ts';
import { FleetTabs } from '../tabs.tsx';
import type { Backend } from '../types.ts';
import { AddBackend } from './add-backend.tsx';
import { BackendMenu } from './backend-menu.tsx';
import { BackendState } from './backend-state.tsx';
import { ContainerFigures } from './container-figures.tsx';
import { Load } from './load.tsx';

export function Backends() {
  const { t } = useTranslation('operators');
  const backends = useQuery(backendsQuery);
  const [isAdding, { open, close }] = useDisclosure();
  const [sought, setSought] = useState('');
  const add = (
    <Button leftSection={<PlusIcon aria-hidden />} onClick={open}>
      {t('backend.add')}
    </Button>
  );
  return (
    <>
      <PageTitle title={t('tab.backends')} text={t('backend.text')} actions={add} />
      <FleetTabs />
      <AddBackend isOpen={isAdding} onClose={close} />
      <ListState query={backends}>
        {(all) =>
          all.length === 0 ? (
            <EmptyState title={t('backend.none')} text={t('backend.noneText')} action={add} />
          ) : (
            <>
              <TextInput
                label={t('backend.filter')}
                value={sought}
                onChange={(event) => setSought(event.currentTarget.value)}
                maw={360}
              />
              <BackendTable backends={all.filter((backend) => isSought(backend, sought))} />
            </>
          )
        }
      </ListState>
    </>
  );
}

function isSought({ id, url, state, labels, version }: Backend, sought: string): boolean {
  const words = sought.trim().toLowerCase();
  return [`#${id}`, url, state, version ?? '', ...labels].some((text) => text.toLowerCase().includes(words));
}

function BackendTable({ backends }: { backends: readonly Backend[] }) {
  const { t } = useTranslation('operators');
  return (
    <Table.ScrollContainer minWidth={880}>
      <Table verticalSpacing="sm">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t('backend.one')}</Table.Th>
            <Table.Th>{t('backend.state')}</Table.Th>
            <Table.Th miw={140}>{t('backend.load')}</Table.Th>
            <Table.Th>{t('backend.latency')}</Table.Th>
            <Table.Th>{t('backend.version')}</Table.Th>
            <Table.Th>{t('backend.container')}</Table.Th>
            <Table.Th aria-label={t('actions')} />
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {backends.map((backend) => (
            <Table.Tr key={backend.id}>
              <Table.Td>
                <TextLink to="/fleet/backends/$id" params={{ id: String(backend.id) }} className="ltr" size="sm">
                  #{backend.id} {backend.url}
                </TextLink>
                <Labels labels={backend.labels} />
              </Table.Td>
              <Table.Td>
                <BackendState backend={backend} />
              </Table.Td>
              <Table.Td>
                <Load backend={backend} />
              </Table.Td>
              <Table.Td>
                <Latency ms={backend.latency_ms} />
              </Table.Td>
              <Table.Td>
                <Text size="sm" className="ltr" span>
                  {backend.version ?? '–'}
                </Text>
              </Table.Td>
              <Table.Td>
                {backend.container === null ? '–' : <ContainerFigures container={backend.container} />}
              </Table.Td>
              <Table.Td>
                <Group justify="flex-end">
                  <BackendMenu backend={backend} />
                </Group>
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      {backends.length === 0 && <Text c="dimmed">{t('noneOfThese')}</Text>}
    </Table.ScrollContainer>
  );
}

function Latency({ ms }: { ms: number | null }) {
  const format = useFormat();
  if (ms === null) return '–';
  return (
    <Text size="sm" span style={{ whiteSpace: 'nowrap' }}>
      {format.number(ms, { style: 'unit', unit: 'millisecond', maximumFractionDigits: ms < 10 ? 1 : 0 })}
    </Text>
  );
}
