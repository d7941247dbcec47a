import type { Dashboard } from './home-queries.ts';

export type Step = { name: 'connect' | 'send' | 'receive'; isDone: boolean; to: string };

type Known = Pick<Dashboard, 'messages_sent_30_days'> & {
  phone_numbers_by_status: Pick<Dashboard['phone_numbers_by_status'], 'connected'>;
  phone_numbers: readonly { id: number; status: string }[];
};

/** The way of somebody new, as far as it was gone. */
export function firstStepsOf(dashboard: Known, hasDelivery: boolean): Step[] {
  const hasSent = dashboard.messages_sent_30_days > 0;
  const [first] = dashboard.phone_numbers;
  return [
    {
      name: 'connect',
      isDone: dashboard.phone_numbers_by_status.connected > 0 || hasSent,
      // One that was made and left is gone on with.
      to: first === undefined ? '/numbers/new' : `/numbers/${first.id}`,
    },
    { name: 'send', isDone: hasSent, to: '/messages' },
    { name: 'receive', isDone: hasDelivery, to: '/webhooks' },
  ];
}
