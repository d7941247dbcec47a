import { Card, Group, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { TextLink } from '../links.tsx';
import { ListState } from '../list-state.tsx';
import { findingsQuery } from '../queries.ts';
import { FindingsTable } from './findings-table.tsx';

/** What was found last, and what came of it. */
export function LatestFindings() {
  const { t } = useTranslation('operators');
  const findings = useQuery(findingsQuery({ limit: 8 }));
  return (
    <Card withBorder>
      <Group justify="space-between" mb="sm">
        <Title order={2} size="h4">
          {t('fleet.latest')}
        </Title>
        <TextLink to="/fleet/repairs" size="sm">
          {t('fleet.toRepairs')}
        </TextLink>
      </Group>
      <ListState query={findings}>{({ findings: latest }) => <FindingsTable findings={latest} />}</ListState>
    </Card>
  );
}
