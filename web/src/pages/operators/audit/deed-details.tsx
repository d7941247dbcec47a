import { Group, Modal, Stack, Table, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { CopyButton } from '../../../components/copy-button.tsx';
import { useFormat } from '../../../i18n/format.ts';
import { Facts } from '../facts.tsx';
import type { Deed } from '../types.ts';

/** The settings before and after, and where the order came from. */
export function DeedDetails({ deed, onClose }: { deed: Deed; onClose: () => void }) {
  const { t } = useTranslation('operators');
  const format = useFormat();
  const changes = changesOf(deed);
  return (
    <Modal
      opened
      onClose={onClose}
      size="lg"
      title={t(`action.${deed.action.replace('.', '_')}`, { defaultValue: deed.action })}
    >
      <Stack>
        <Facts
          facts={[
            [t('audit.when'), format.dateTime(deed.created_at)],
            [
              t('user.operator'),
              <span key="by" className="ltr">
                {deed.operator_email ?? `#${deed.operator_id}`}
              </span>,
            ],
            [
              t('audit.address'),
              deed.ip_address === null ? null : (
                <span key="ip" className="ltr">
                  {deed.ip_address}
                </span>
              ),
            ],
          ]}
        />
        {deed.request_id !== null && (
          <Group gap={4}>
            <Text size="sm">
              {t('audit.request')} <code>{deed.request_id}</code>
            </Text>
            <CopyButton text={deed.request_id} />
          </Group>
        )}
        {changes.length === 0 ? (
          <Text size="sm">{t('audit.noChange')}</Text>
        ) : (
          <Table.ScrollContainer minWidth={420}>
            <Table>
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>{t('audit.setting')}</Table.Th>
                  <Table.Th>{t('audit.before')}</Table.Th>
                  <Table.Th>{t('audit.after')}</Table.Th>
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {changes.map(({ name, before, after }) => (
                  <Table.Tr key={name}>
                    <Table.Td>
                      <span className="ltr">{name}</span>
                    </Table.Td>
                    <Table.Td>
                      <span className="ltr">{before}</span>
                    </Table.Td>
                    <Table.Td fw={before === after ? 400 : 700}>
                      <span className="ltr">{after}</span>
                    </Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          </Table.ScrollContainer>
        )}
      </Stack>
    </Modal>
  );
}

function changesOf({ before, after }: Deed) {
  const [from, to] = [recordOf(before), recordOf(after)];
  return [...new Set([...Object.keys(from), ...Object.keys(to)])].map((name) => ({
    name,
    before: textOf(from[name]),
    after: textOf(to[name]),
  }));
}

const recordOf = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};

function textOf(value: unknown): string {
  if (value === undefined || value === null) return '–';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
