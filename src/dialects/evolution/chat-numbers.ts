import { canonicalJid } from '../../evolution/jid.ts';
import { chatSchemas } from '../../evolution/wire.ts';
import type { Messages } from '../../modules/messages/index.ts';
import { flattened } from './chat-bare-errors.ts';
import { type Forwards, inContract } from './chat-forwards.ts';
import { badRequest, requireFits } from './errors.ts';
import { absentee } from './message-numbers.ts';
import type { NumberCall } from './routes.ts';
import { isRecord } from './values.ts';

const numbersMax = 500;

/**
 * Which numbers are on WhatsApp: found out by the rule that all checks go by, which spares the phone number. Addresses that
 * are no phone numbers, such as groups, are the backend's to know.
 */
export function createCheckNumbers({
  messages,
  forwards,
}: {
  messages: Pick<Messages, 'actions'>;
  forwards: Forwards;
}) {
  return async function checkNumbers(call: NumberCall): Promise<unknown> {
    try {
      return await check(call);
    } catch (error) {
      throw flattened(error);
    }
  };

  async function check(call: NumberCall): Promise<unknown[]> {
    const { caller, number, body } = call;
    requireFits(body, chatSchemas.whatsappNumbers ?? {});
    const given = Array.isArray(body.numbers) ? body.numbers.map(String) : undefined;
    if (given === undefined) throw badRequest(['instance requires property "numbers"']);
    if (given.length > numbersMax) throw badRequest([`numbers does not meet maximum length of ${numbersMax}`]);
    const phones = given.filter((each) => digitsOf(each) !== undefined);
    const checked = await inContract(number, () =>
      messages.actions.checkNumbers(
        caller.userId,
        number.id,
        phones.map((each) => digitsOf(each) ?? ''),
      ),
    );
    const known = new Map(checked.map((each) => [each.number, each]));
    const others = await lookedUp(
      call,
      given.filter((each) => digitsOf(each) === undefined && isAddress(each)),
    );
    return given.map((each) => {
      const found = known.get(digitsOf(each) ?? '');
      if (found === undefined) return others.get(each) ?? absentee(each);
      return { jid: found.jid ?? canonicalJid(each), exists: found.isOnWhatsApp, number: each };
    });
  }

  async function lookedUp(call: NumberCall, addresses: string[]): Promise<Map<unknown, unknown>> {
    if (addresses.length === 0) return new Map();
    const answer = await forwards.forward(call, 'whatsappNumbers', { body: { numbers: addresses } });
    const entries = Array.isArray(answer) ? answer.filter(isRecord) : [];
    return new Map(entries.map((entry) => [entry.number, entry]));
  }
}

function digitsOf(given: string): string | undefined {
  const jid = canonicalJid(given.slice(0, 100));
  if (!jid.endsWith('@s.whatsapp.net')) return undefined;
  const digits = (given.split(/[@:]/)[0] ?? '').replace(/\D/g, '');
  return digits === '' ? undefined : digits;
}

function isAddress(given: string): boolean {
  return /^[\d-]{5,64}@(g\.us|lid)$/.test(canonicalJid(given.slice(0, 100)));
}
