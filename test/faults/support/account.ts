import type { LedgerSend } from '../../../src/sandbox/ledger.ts';
import type { Load, Sending } from './load.ts';
import type { World } from './world.ts';

export type MessageRow = {
  id: string;
  user_id: number;
  phone_number_id: number;
  direction: 'outbound' | 'inbound';
  kind: string;
  status: string;
  status_reason: string | null;
  text: string | null;
  whatsapp_id: string | null;
  quota_day: string | null;
  created_at: string;
  sent_at: string | null;
  sent_day: string | null;
  due_at: string | null;
  overdue: boolean;
};

/** All that rows and ledgers say when a run is over. */
export type Account = {
  rows: MessageRow[];
  /** Outbound rows by their text. */
  byText: Map<string, MessageRow[]>;
  /** Ledger entries by their text. */
  sends: Map<string, (LedgerSend & { backend: string })[]>;
  /** Ids whose echo a gateway answered 2xx, by `instance id`. */
  echoed: Set<string>;
  sendings: Sending[];
};

const rowsSql = `
  select id, user_id, phone_number_id, direction, kind, status, status_reason,
    coalesce(content->>'text', content->>'caption') as text, whatsapp_id, quota_day::text, created_at::text, sent_at::text,
    (sent_at at time zone 'UTC')::date::text as sent_day, due_at::text,
    (status = 'sending' and lease_until < app_now() - interval '15 seconds')
      or (status in ('accepted', 'scheduled') and due_at < app_now() - interval '15 seconds') as overdue
  from messages order by created_at, id`;

export async function readAccount(world: World, load: Load): Promise<Account> {
  const rows = (await world.look<MessageRow>(rowsSql)).map((row) => ({
    ...row,
    user_id: Number(row.user_id),
    phone_number_id: Number(row.phone_number_id),
  }));
  const ledgers = await Promise.all(
    world.backends.map(async (backend) => (await backend.sends()).map((send) => ({ ...send, backend: backend.name }))),
  );
  const echoes = world.heard.filter(({ event }) => event === 'send.message');
  return {
    rows,
    byText: Map.groupBy(
      rows.filter(({ direction }) => direction === 'outbound'),
      ({ text }) => text ?? '',
    ),
    sends: Map.groupBy(ledgers.flat(), ({ text }) => text ?? ''),
    echoed: new Set(echoes.map(({ instance, waId }) => `${instance} ${waId}`)),
    sendings: load.sendings,
  };
}

/** What is known of one message, for whoever has to find out why it went wrong. */
export function storyOf(account: Account, text: string): Record<string, unknown> {
  const sending = account.sendings.find((each) => each.text === text);
  return {
    text,
    kind: sending?.kind,
    during: sending?.during,
    user: sending?.user.id,
    number: sending?.number.id,
    started: sending === undefined ? undefined : new Date(sending.startedAt).toISOString(),
    answers: sending?.answers.map((answer) => ({ ...answer, at: new Date(answer.at).toISOString() })),
    rows: account.byText.get(text),
    ledger: account.sends.get(text)?.map((send) => ({
      ...send,
      echoed: account.echoed.has(`${send.instance} ${send.id}`),
    })),
  };
}
