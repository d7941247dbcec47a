import { Button } from '@mantine/core';
import type { NumberOrder } from './use-order.ts';

/** The button of a remedy, with the order that it gives. */
export function OrderButton({
  order,
  gives,
  label,
  variant = 'filled',
}: {
  order: NumberOrder;
  gives: 'connect' | 'restart' | 'recreate';
  label: string;
  variant?: 'filled' | 'default';
}) {
  return (
    <Button
      variant={variant}
      size="sm"
      loading={order.isPending && order.variables === gives}
      disabled={order.isPending && order.variables !== gives}
      onClick={() => order.mutate(gives)}
    >
      {label}
    </Button>
  );
}
