import type { Backend } from './backend.ts';
import type { Look } from './database.ts';
import type { Inbox } from './receiver.ts';
import { until } from './wait.ts';

/** A number of a user, where it lives, and its name there. */
export type LoadNumber = { id: number; token: string; backend: Backend; backendName: string };
export type LoadUser = {
  id: number;
  apiKey: string;
  numbers: LoadNumber[];
  /** Hears of all this user's events. */
  inbox: Inbox;
  endpointId: number;
};

type Deps = { url: string; look: Look; backends: readonly Backend[] };

/** A user with connected numbers and an endpoint; `schedule` is the endpoint's. */
export async function signUp(
  deps: Deps,
  wish: {
    name: string;
    numbers: number;
    schedule: 'standard' | 'short';
    /** Where the receiver is, as the gateway is told, and its inbox of that name. */
    receiverUrl: string;
    inbox: Inbox;
  },
): Promise<LoadUser> {
  const call = async (path: string, body: unknown, key?: string): Promise<ReturnType<typeof JSON.parse>> => {
    const answer = await fetch(deps.url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(key === undefined ? {} : { 'x-api-key': key }) },
      body: JSON.stringify(body),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${text}`);
    return JSON.parse(text);
  };
  const { user } = await call('/api/auth/register', {
    email: `${wish.name}-${Date.now()}@example.com`,
    password: 'correct horse battery 1',
    plan_type: 'enterprise',
  });
  const key: string = user.api_key;
  const hook = await call('/api/webhooks', { url: `${wish.receiverUrl}/${wish.name}`, schedule: wish.schedule }, key);
  wish.inbox.secrets.push(hook.secret);
  const numbers: LoadNumber[] = [];
  for (let n = 0; n < wish.numbers; n++) {
    const { phone_number: made } = await call('/api/phone-numbers/create', { display_name: `${wish.name} ${n}` }, key);
    const [row] = await deps.look<{ backend_name: string; server_instance: string }>(
      'select backend_name, server_instance from phone_numbers where id = $1',
      [made.id],
    );
    const backend = deps.backends.find((each) => each.relay.url === row?.server_instance);
    if (row === undefined || backend === undefined) throw new Error('the number lives on no backend of this world');
    numbers.push({ id: made.id, token: made.token, backend, backendName: row.backend_name });
  }
  await until('the numbers to connect', 20_000, async () => {
    const rows = await deps.look<{ status: string }>('select status from phone_numbers where user_id = $1', [user.id]);
    return rows.every((row) => row.status === 'connected');
  });
  return { id: user.id, apiKey: key, numbers, inbox: wish.inbox, endpointId: hook.endpoint?.id ?? hook.id };
}
