import { Button, Group, Select, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { MagnifyingGlassIcon, PlusIcon } from '@radix-ui/react-icons';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { PageTitle } from '../../components/page-title.tsx';
import { numberStates } from './number.ts';
import { NumberList } from './number-list.tsx';

/** All phone numbers of the user. */
export function Numbers() {
  const { t } = useTranslation('numbers');
  const { t: tCommon } = useTranslation();
  const [typed, setTyped] = useState('');
  const { status = null } = useSearch({ from: '/signed-in/numbers' });
  const navigate = useNavigate();
  const setStatus = (wanted: string | null) => {
    const found = numberStates.find((state) => state === wanted);
    void navigate({ to: '/numbers', search: found === undefined ? {} : { status: found }, replace: true });
  };
  const [wanted] = useDebouncedValue(typed.trim().replace(/^\+/, ''), 250);
  const filter = { ...(wanted === '' ? {} : { search: wanted }), ...(status === null ? {} : { status }) };
  return (
    <>
      <PageTitle
        title={tCommon('nav.numbers')}
        text={t('list.text')}
        actions={
          <Button component={Link} to="/numbers/new" leftSection={<PlusIcon aria-hidden />}>
            {t('list.connectOne')}
          </Button>
        }
      />
      <Group mb="md" gap="sm">
        <TextInput
          flex={1}
          miw={180}
          type="search"
          maxLength={100}
          leftSection={<MagnifyingGlassIcon aria-hidden />}
          placeholder={t('list.search')}
          aria-label={t('list.search')}
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
        />
        <Select
          w={200}
          clearable
          placeholder={t('list.everyState')}
          aria-label={t('list.state')}
          data={numberStates.map((value) => ({ value, label: tCommon(`numberStatus.${value}`) }))}
          value={status}
          onChange={setStatus}
        />
      </Group>
      <NumberList
        key={JSON.stringify(filter)}
        filter={filter}
        onClear={() => {
          setTyped('');
          setStatus(null);
        }}
      />
    </>
  );
}
