import { instanceIdOf } from '../../evolution/instance-id.ts';
import { EVOLUTION_MESSAGES } from '../../evolution/wire.ts';
import type { PhoneNumber, PhoneNumbers } from '../../modules/phone-numbers/index.ts';
import { DomainError } from '../../platform/errors.ts';
import type { Callers } from './callers.ts';
import { badRequest, missing } from './errors.ts';
import { codesAnswer, rowOf, stateAnswer } from './instance-views.ts';
import { type Call, nameOnWire, type Routes } from './routes.ts';

const pageSize = 500;

/** The life of numbers between their creation and their end. */
export function addInstanceRoutes(routes: Routes, deps: { callers: Callers; phoneNumbers: PhoneNumbers }): void {
  const { callers, phoneNumbers } = deps;

  routes.ofNumber('GET', '/instance/connectionState/:instanceName', async ({ caller, number }) =>
    stateAnswer(await phoneNumbers.get(caller.userId, number.id)),
  );

  routes.ofNumber('GET', '/instance/connect/:instanceName', async (call) => {
    requireActive(call);
    const pairingNumber = pairingNumberOf(call.query('number'));
    const number = await phoneNumbers.connect(call.caller.userId, call.number.id, pairingNumber);
    return number.status === 'connected' ? stateAnswer(number) : codesAnswer(number);
  });

  routes.ofNumber('POST', '/instance/restart/:instanceName', async ({ caller, number: { id } }) => {
    const number = await phoneNumbers.orders.restart({ userId: caller.userId, id });
    return number.qrCode === null ? stateAnswer(number) : codesAnswer(number);
  });

  routes.ofNumber('DELETE', '/instance/logout/:instanceName', async ({ caller, number: { id }, name }) => {
    const number = await phoneNumbers.get(caller.userId, id);
    if (number.status === 'disconnected') throw badRequest(EVOLUTION_MESSAGES.instanceNotConnected(name));
    await phoneNumbers.orders.logout({ userId: caller.userId, id });
    return accepted(EVOLUTION_MESSAGES.loggedOut);
  });

  routes.ofNumber('DELETE', '/instance/delete/:instanceName', async ({ caller, number }) => {
    await phoneNumbers.delete(caller.userId, number.id);
    return accepted(EVOLUTION_MESSAGES.deleted);
  });

  routes.ofUser(
    'GET',
    '/instance/fetchInstances',
    async (call) => {
      const numbers = await chosen(call, await numbersOf(call));
      const presented = callers.presentedBy(call.request);
      return numbers.map((number) => rowOf(number, call.opened === undefined ? number.tokenHint : presented));
    },
    { tokensToo: true },
  );

  async function numbersOf({ caller, opened }: Call): Promise<PhoneNumber[]> {
    if (opened !== undefined) return [await phoneNumbers.get(caller.userId, opened.id)];
    const all: PhoneNumber[] = [];
    let after: { createdAt: Date; id: number } | undefined;
    do {
      const page = await phoneNumbers.list(caller.userId, {
        limit: pageSize,
        ...(after === undefined ? {} : { after }),
      });
      all.push(...page.numbers);
      after = page.next ?? undefined;
    } while (after !== undefined);
    return all;
  }
}

// By id before number before name, as there. None of that name, id or number is 404; none at all is an empty list.
async function chosen(call: Call, numbers: PhoneNumber[]): Promise<PhoneNumber[]> {
  const [id, digits, name] = [call.query('instanceId'), call.query('number'), call.query('instanceName')];
  const asked = [id, digits, name].find((value) => value !== undefined && value !== '');
  if (asked === undefined) return numbers;
  const found = numbers.filter((number) => {
    if (asked === id) return instanceIdOf(number.instanceName) === asked;
    if (asked === digits) return number.phoneNumber === asked;
    return nameOnWire(number) === asked || number.instanceName === asked;
  });
  if (found.length === 0) throw missing(EVOLUTION_MESSAGES.instanceNotFound(asked.slice(0, 300)));
  return found;
}

function accepted(message: string) {
  return { status: 'SUCCESS', error: false, response: { message } };
}

// This GET connects the number, so whoever may only read may not.
function requireActive({ caller }: Call): void {
  if (caller.status === 'active') return;
  throw new DomainError('user_suspended', 'This user is suspended. Ask the operator.', { kind: 'forbidden' });
}

function pairingNumberOf(given: string | undefined): string | undefined {
  const digits = (given ?? '').replace(/\D/g, '');
  if (digits === '') return undefined;
  if (digits.length < 8 || digits.length > 15) throw badRequest('number has 8 to 15 digits');
  return digits;
}
