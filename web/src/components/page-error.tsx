import type { ErrorComponentProps } from '@tanstack/react-router';
import { ErrorNotice } from './error-notice.tsx';

export function PageError({ error, reset }: ErrorComponentProps) {
  return <ErrorNotice error={error} onRetry={reset} />;
}
