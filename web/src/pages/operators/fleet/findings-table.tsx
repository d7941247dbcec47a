import { Badge, Table, Text, UnstyledButton } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../../i18n/format.ts';
import { BackendLink, NumberLink } from '../links.tsx';
import type { Finding } from '../types.ts';
import { When } from '../when.tsx';
import { FindingDetails } from './finding-details.tsx';

const colors: Record<string, string> = { mended: 'teal', gone: 'gray', given_up: 'red', left: 'gray' };

export function FindingsTable({ findings }: { findings: readonly Finding[] }) {
  const { t } = useTranslation('operators');
  const format = useFormat();
  const [shown, setShown] = useState<string>();
  if (findings.length === 0) return <Text c="dimmed">{t('finding.none')}</Text>;
  return (
    <>
      <Table.ScrollContainer minWidth={680}>
        <Table>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t('finding.what')}</Table.Th>
              <Table.Th>{t('finding.outcome')}</Table.Th>
              <Table.Th>{t('backend.one')}</Table.Th>
              <Table.Th>{t('number.one')}</Table.Th>
              <Table.Th>{t('finding.steps')}</Table.Th>
              <Table.Th>{t('finding.found')}</Table.Th>
              <Table.Th>{t('finding.seen')}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {findings.map((finding) => (
              <Table.Tr key={finding.id}>
                <Table.Td>
                  <UnstyledButton onClick={() => setShown(finding.id)}>
                    <Text size="sm" c="fleet" td="underline">
                      {t(`finding.${finding.kind}`, { defaultValue: finding.kind })}
                    </Text>
                  </UnstyledButton>
                </Table.Td>
                <Table.Td>
                  <FindingOutcome outcome={finding.outcome} />
                </Table.Td>
                <Table.Td>
                  <BackendLink id={finding.backend_id} />
                </Table.Td>
                <Table.Td>
                  {finding.phone_number_id === null ? '–' : <NumberLink id={finding.phone_number_id} />}
                </Table.Td>
                <Table.Td>{format.number(finding.steps_taken)}</Table.Td>
                <Table.Td>
                  <When at={finding.found_at} />
                </Table.Td>
                <Table.Td>
                  <When at={finding.last_seen_at} />
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      {shown !== undefined && <FindingDetails id={shown} onClose={() => setShown(undefined)} />}
    </>
  );
}

export function FindingOutcome({ outcome }: { outcome: string | null }) {
  const { t } = useTranslation('operators');
  return (
    <Badge variant="light" color={outcome === null ? 'orange' : (colors[outcome] ?? 'gray')} tt="none">
      {t(`findingOutcome.${outcome ?? 'open'}`, { defaultValue: outcome ?? '' })}
    </Badge>
  );
}
