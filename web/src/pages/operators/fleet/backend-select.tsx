import { Select } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { backendsQuery } from '../queries.ts';

/** One of the pool, or none. */
export function BackendSelect(props: {
  label: string;
  value: number | undefined;
  onChange: (id: number | undefined) => void;
  placeholder?: string;
  /** Which may be chosen; all where it is not said. */
  among?: (backend: { id: number; state: string }) => boolean;
}) {
  const { t } = useTranslation('operators');
  const { data = [] } = useQuery(backendsQuery);
  return (
    <Select
      label={props.label}
      placeholder={props.placeholder ?? t('filter.all')}
      clearable
      searchable
      data={data
        .filter(props.among ?? (() => true))
        .map(({ id, url }) => ({ value: String(id), label: `#${id} ${url}` }))}
      value={props.value === undefined ? null : String(props.value)}
      onChange={(value) => props.onChange(value === null ? undefined : Number(value))}
    />
  );
}
