import { Badge, Button, Table, Text, UnstyledButton } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../../i18n/format.ts';
import { TextLink } from '../links.tsx';
import type { Deed } from '../types.ts';
import { DeedDetails } from './deed-details.tsx';

export function DeedsTable(props: { deeds: readonly Deed[]; onOperator: (id: number) => void }) {
  const { t } = useTranslation('operators');
  const format = useFormat();
  const [shown, setShown] = useState<Deed>();
  return (
    <>
      <Table.ScrollContainer minWidth={760}>
        <Table>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t('audit.when')}</Table.Th>
              <Table.Th>{t('user.operator')}</Table.Th>
              <Table.Th>{t('audit.action')}</Table.Th>
              <Table.Th>{t('audit.target')}</Table.Th>
              <Table.Th>{t('audit.outcome')}</Table.Th>
              <Table.Th aria-label={t('actions')} />
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {props.deeds.map((deed) => (
              <Table.Tr key={deed.id}>
                <Table.Td>
                  <Text component="time" dateTime={deed.created_at} size="sm">
                    {format.dateTime(deed.created_at)}
                  </Text>
                </Table.Td>
                <Table.Td>
                  <UnstyledButton onClick={() => props.onOperator(deed.operator_id)}>
                    <Text size="sm" td="underline">
                      <span className="ltr">{deed.operator_email ?? `#${deed.operator_id}`}</span>
                    </Text>
                  </UnstyledButton>
                </Table.Td>
                <Table.Td>{t(`action.${deed.action.replace('.', '_')}`, { defaultValue: deed.action })}</Table.Td>
                <Table.Td>
                  <Target type={deed.target_type} id={deed.target_id} />
                </Table.Td>
                <Table.Td>
                  <DeedOutcome outcome={deed.outcome} />
                </Table.Td>
                <Table.Td>
                  <Button size="compact-xs" variant="subtle" onClick={() => setShown(deed)}>
                    {t('audit.details')}
                  </Button>
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      {shown !== undefined && <DeedDetails deed={shown} onClose={() => setShown(undefined)} />}
    </>
  );
}

function DeedOutcome({ outcome }: { outcome: string }) {
  const { t } = useTranslation('operators');
  const isKnown = outcome === 'done' || outcome === 'begun';
  return (
    <Badge variant="light" color={outcome === 'done' ? 'teal' : isKnown ? 'orange' : 'red'} tt="none">
      {isKnown ? t(`audit.${outcome}`) : <span className="ltr">{outcome}</span>}
    </Badge>
  );
}

/** Leads to what it was done to, where there is a page for it. */
function Target({ type, id }: { type: string; id: string | null }) {
  const { t } = useTranslation('operators');
  const name = t(`target.${type}`, { defaultValue: type });
  if (id === null) return name;
  const isNumber = /^\d+$/.test(id);
  const text = (
    <>
      {name} <span className="ltr">{isNumber ? `#${id}` : id}</span>
    </>
  );
  if (type === 'backend' && isNumber) {
    return (
      <TextLink to="/fleet/backends/$id" params={{ id }} size="sm">
        {text}
      </TextLink>
    );
  }
  if (type === 'user' && isNumber) {
    return (
      <TextLink to="/users/$id" params={{ id }} size="sm">
        {text}
      </TextLink>
    );
  }
  if (type === 'phone_number' && isNumber) {
    return (
      <TextLink to="/fleet/numbers" search={{ id: Number(id) }} size="sm">
        {text}
      </TextLink>
    );
  }
  return <Text size="sm">{text}</Text>;
}
