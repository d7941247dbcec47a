import { expect, vi } from 'vitest';
import type { Sender } from './support.ts';

export type View = { status: string; status_reason: string | null } & ReturnType<typeof JSON.parse>;

/** What a test does with messages that wait. */
export function waitingOf(sender: Sender) {
  const messageOf = async (id: string): Promise<View> =>
    (await sender.user.api('GET', `/api/messages/${id}`)).body.message;
  return {
    messageOf,
    async queue(body: Record<string, unknown> = {}): Promise<string> {
      const answer = await sender.sendText({ async: true, ...body });
      expect([answer.status, answer.body]).toEqual([202, expect.objectContaining({ success: true })]);
      return answer.body.message_id;
    },
    untilStatus: (id: string, status: string, timeout = 10_000) =>
      vi.waitFor(async () => expect((await messageOf(id)).status).toBe(status), { timeout, interval: 20 }),
    backendName: async (): Promise<string> => {
      const { backend_name } = await sender.gateway.database.db
        .selectFrom('phone_numbers')
        .select('backend_name')
        .where('id', '=', sender.number.id)
        .executeTakeFirstOrThrow();
      return backend_name ?? '';
    },
  };
}

export const inMs = (ms: number) => new Date(Date.now() + ms).toISOString();
