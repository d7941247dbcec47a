import { vi } from 'vitest';
import type { LedgerSend, Sandbox } from '../../../src/sandbox/index.ts';
import type { Answer, GatewayOptions, TestNumber } from '../../support/gateway.ts';
import { type Sender, startSender, usedUnits } from './support.ts';

type LedgerCall = ReturnType<Sandbox['control']['ledger']['calls']>[number];

export type Line = 'WHATSAPP-BAILEYS' | 'WHATSAPP-BUSINESS' | 'EVOLUTION';

export type Kinds = Sender & {
  /** A connected number of each integration; the user is an operator. */
  lines: Record<Line, TestNumber>;
  send(line: Line, kind: string, body: Record<string, unknown>, headers?: Record<string, string>): Promise<Answer>;
  /** The calls of send routes that the backend got during `work`, and what left. */
  during<T>(work: () => Promise<T>): Promise<{ answer: T; calls: LedgerCall[]; sends: LedgerSend[]; units: number }>;
};

export async function startKinds(options: GatewayOptions = {}): Promise<Kinds> {
  const sender = await startSender(options);
  const { gateway, user, number } = sender;
  const [sandbox] = gateway.sandboxes;
  if (sandbox === undefined) throw new Error('no sandbox');
  await gateway.database.db.updateTable('users').set({ role: 'operator' }).where('id', '=', user.id).execute();
  gateway.services.users.forgetCaller(user.id);
  const evolution = await makeLine(sender, { integration: 'EVOLUTION', number: '5511900000001' });
  const business = await makeLine(sender, {
    integration: 'WHATSAPP-BUSINESS',
    number: '123456789012345',
    business_id: '998877665544332',
    access_token: 'EAAG-a-token-of-meta-0123456789',
  });
  const lines: Kinds['lines'] = { 'WHATSAPP-BAILEYS': number, 'WHATSAPP-BUSINESS': business, EVOLUTION: evolution };

  return {
    ...sender,
    lines,
    send: (line, kind, body, headers) =>
      user.api('POST', `/api/messages/send-${kind}`, { token: lines[line].token, ...body }, headers),
    async during(work) {
      const before = { calls: sendCalls(sandbox).length, sends: sandbox.control.ledger.sends().length };
      const unitsBefore = await usedUnits(sender);
      const answer = await work();
      return {
        answer,
        calls: sendCalls(sandbox).slice(before.calls),
        sends: sandbox.control.ledger.sends().slice(before.sends),
        units: (await usedUnits(sender)) - unitsBefore,
      };
    },
  };
}

/** Has somebody write to the number; resolves with the WhatsApp id once we have recorded it. */
export async function receiveText(
  { gateway }: Sender,
  number: TestNumber,
  from: string,
  text: string,
): Promise<string> {
  const row = await gateway.database.db
    .selectFrom('phone_numbers')
    .select('backend_name')
    .where('id', '=', number.id)
    .executeTakeFirstOrThrow();
  const id = await gateway.sandboxes[0]?.control.receive(row.backend_name ?? '', { from, text });
  await vi.waitFor(() =>
    gateway.database.db
      .selectFrom('messages')
      .select('id')
      .where('whatsapp_id', '=', id ?? '')
      .where('phone_number_id', '=', number.id)
      .executeTakeFirstOrThrow(),
  );
  return id ?? '';
}

function sendCalls({ control }: Sender['gateway']['sandboxes'][number]): LedgerCall[] {
  return control.ledger.calls().filter(({ url }) => url.startsWith('/message/'));
}

async function makeLine({ user }: Sender, body: Record<string, unknown>): Promise<TestNumber> {
  const created = await user.api('POST', '/api/phone-numbers/create', body);
  if (created.status !== 201) throw new Error(`create answered ${created.status}: ${JSON.stringify(created.body)}`);
  const { id, token, instance_name: instanceName } = created.body.phone_number;
  return { id, token, instanceName };
}
