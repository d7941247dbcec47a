import { Button, Group, TextInput } from '@mantine/core';
import { MagnifyingGlassIcon } from '@radix-ui/react-icons';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { EmptyState } from '../../../components/empty-state.tsx';
import { PageTitle } from '../../../components/page-title.tsx';
import { ListState } from '../list-state.tsx';
import { searchQuery } from '../queries.ts';
import { filled } from '../search-params.ts';
import { Results } from './results.tsx';

/** One box for whatever stands in a question from a user. */
export function Search() {
  const { t } = useTranslation('operators');
  const { q = '' } = useSearch({ from: '/signed-in/operators/search' });
  const navigate = useNavigate();
  const found = useQuery(searchQuery(q));
  return (
    <>
      <PageTitle title={t('search.title')} text={t('search.text')} />
      <search>
        <form
          key={q}
          onSubmit={(event) => {
            event.preventDefault();
            const typed = new FormData(event.currentTarget).get('q');
            void navigate({ to: '/search', search: filled({ q: String(typed ?? '').trim() }) });
          }}
        >
          <Group align="flex-end" mb="md">
            <TextInput
              name="q"
              label={t('search.label')}
              placeholder={t('search.example')}
              defaultValue={q}
              minLength={2}
              maxLength={200}
              required
              dir="auto"
              flex={1}
              miw={200}
            />
            <Button type="submit" leftSection={<MagnifyingGlassIcon aria-hidden />} loading={found.isFetching}>
              {t('search.title')}
            </Button>
          </Group>
        </form>
      </search>
      {q.length > 1 ? (
        <ListState query={found}>{(results) => <Results q={q} found={results} />}</ListState>
      ) : (
        <EmptyState title={t('search.start')} text={t('search.startText')} />
      )}
    </>
  );
}
