import { useTranslation } from 'react-i18next';
import { PageTitle } from '../../components/page-title.tsx';

export function Home() {
  const { t } = useTranslation();
  return <PageTitle title={t('nav.home')} />;
}
