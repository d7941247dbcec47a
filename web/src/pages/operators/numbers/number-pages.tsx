import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { EmptyState } from '../../../components/empty-state.tsx';
import { ListState } from '../list-state.tsx';
import { Pager } from '../pager.tsx';
import { numbersQuery } from '../queries.ts';
import { usePages } from '../use-pages.ts';
import { NumbersTable } from './numbers-table.tsx';

/** Numbers by a filter, page by page. */
export function NumberPages({ filter }: { filter: Parameters<typeof numbersQuery>[0] }) {
  const { t } = useTranslation('operators');
  const pages = usePages(filter);
  const numbers = useQuery(numbersQuery({ ...filter, limit: 50, ...pages.page }));
  return (
    <ListState query={numbers}>
      {({ phone_numbers: shown, next_cursor: next }) =>
        shown.length === 0 ? (
          <EmptyState title={t('number.none')} text={t('number.noneText')} />
        ) : (
          <>
            <NumbersTable numbers={shown} />
            <Pager pages={pages} next={next} />
          </>
        )
      }
    </ListState>
  );
}
