import { useMutation, useQueryClient } from '@tanstack/react-query';
import { giveOrder, type Order } from './number-queries.ts';

export type NumberOrder = ReturnType<typeof useOrder>;

/** Orders for a number's connection; the page shows what they led to. */
export function useOrder(id: number) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (order: Order) => giveOrder(id, order),
    onSettled: () => queries.invalidateQueries({ queryKey: ['numbers'] }),
  });
}
