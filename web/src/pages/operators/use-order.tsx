import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Refusal } from './refusal.tsx';

/** An order of an operator: says what became of it, and makes fresh what it has changed. */
export function useOrder<Given, Got>(
  order: (given: Given) => Promise<Got>,
  options: {
    /** What to say when it is done; nothing where the page shows it. */
    done?: (got: Got, given: Given) => string;
    onDone?: (got: Got, given: Given) => void;
    /** Where a form shows its refusals itself. */
    isQuiet?: boolean;
  } = {},
) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: order,
    onSuccess(got, given) {
      if (options.done !== undefined) notifications.show({ message: options.done(got, given), role: 'status' });
      options.onDone?.(got, given);
    },
    onError(error) {
      if (options.isQuiet !== true) {
        notifications.show({ color: 'red', autoClose: false, message: <Refusal error={error} /> });
      }
    },
    onSettled: () =>
      Promise.all([
        queries.invalidateQueries({ queryKey: ['fleet'] }),
        queries.invalidateQueries({ queryKey: ['users'] }),
      ]),
  });
}
