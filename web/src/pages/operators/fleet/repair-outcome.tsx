import { Badge } from '@mantine/core';
import { useTranslation } from 'react-i18next';

const colors: Record<string, string> = { proved: 'teal', unproved: 'orange', failed: 'red' };

export function RepairOutcome({ outcome }: { outcome: string }) {
  const { t } = useTranslation('operators');
  return (
    <Badge variant="light" color={colors[outcome] ?? 'gray'} tt="none">
      {t(`repairOutcome.${outcome}`, { defaultValue: outcome })}
    </Badge>
  );
}
