import { instanceIdOf } from '../../evolution/instance-id.ts';
import { withTexts } from '../../evolution/texts.ts';
import type { SendableNumber } from '../../modules/phone-numbers/index.ts';
import { nameOnWire } from './routes.ts';
import { isRecord } from './values.ts';

type Named = Pick<SendableNumber, 'backendName' | 'instanceName' | 'alias'>;

const content: ReadonlySet<string> = new Set(['message', 'contextInfo', 'quotedMessage']);
const neverTold: ReadonlySet<string> = new Set(['apikey', 'token', 'hash', 'server_url', 'serverUrl', 'webhookUrl']);
// A medium that we handed over; the link is for its backend, and soon over.
const ownLink = /^https?:\/\/[^/]+(\/[^?]*)?\/media\/outbound\/[0-9a-f-]{36}\?/;
const levelsMax = 6;

/**
 * What a backend answered, as the caller's: the number's name in place of the backend's, our id of it, no key and no
 * address of ours. What a message says stays as it is.
 */
export function translated(answer: unknown, number: Named): unknown {
  const name = nameOnWire(number);
  // Made of chance by us: wherever it stands it is the backend's name of this number.
  const texts = withTexts(answer, (text) => text.replaceAll(number.backendName, name));
  return withOwnFields(texts, instanceIdOf(number.instanceName));
}

function withOwnFields(value: unknown, instanceId: string, level = 0): unknown {
  if (level > levelsMax) return value;
  if (Array.isArray(value)) return value.map((each) => withOwnFields(each, instanceId, level + 1));
  if (!isRecord(value)) return value;
  const own: Record<string, unknown> = {};
  for (const [name, each] of Object.entries(value)) {
    if (neverTold.has(name)) continue;
    if (name === 'instanceId') own[name] = instanceId;
    else own[name] = content.has(name) ? withoutOwnLink(each) : withOwnFields(each, instanceId, level + 1);
  }
  return own;
}

function withoutOwnLink(said: unknown): unknown {
  if (!isRecord(said) || typeof said.mediaUrl !== 'string' || !ownLink.test(said.mediaUrl)) return said;
  return { ...said, mediaUrl: null };
}
