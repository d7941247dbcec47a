import { EVOLUTION_MESSAGES, isUrl } from '../evolution/wire.ts';
import { mediaFieldOf, type SendAction, saidIn } from './content.ts';
import { badRequest, crashed } from './errors.ts';
import { toJid } from './jid.ts';
import { businessMessage } from './kinds-business.ts';
import { loadMedia } from './media.ts';
import { dispatch, refuseByMagic } from './sends.ts';
import type { Answer, Call, Json, Live } from './types.ts';
import { asJson, asList, asText, secondsNow, type World } from './world.ts';

/** A send on the WHATSAPP-BUSINESS integration, as if the Graph API had taken it; no delay is ever waited for. */
export async function sendBusiness(world: World, live: Live, action: SendAction, call: Call): Promise<Answer> {
  const { body, file } = call;
  refuse(action, body);
  const number = asText(action === 'sendReaction' ? asJson(body.key).remoteJid : body.number) ?? '';
  const { magic, answer } = refuseByMagic(number);
  if (answer) return answer;
  if (magic.delayMs !== undefined) await world.timers.wait(magic.delayMs);

  const record = {
    key: { fromMe: true, id: world.identifiers.graphMessageId(), remoteJid: toJid(number) },
    ...businessMessage(world, action, body, file),
    messageTimestamp: secondsNow(world),
    instanceId: live.id,
    status: 'PENDING',
    source: 'unknown',
  };
  const field = mediaFieldOf(action, body);
  const given = field === undefined || action === 'sendButtons' ? undefined : asText(body[field]);
  const media = file ?? (given === undefined || isUrl(given) ? null : await loadMedia(given));
  return dispatch(world, live, { number, ...saidIn(action, body), media, record }, magic);
}

function refuse(action: SendAction, body: Json): void {
  if (action === 'sendPtv') throw crashed('this.waMonitor.waInstances[s].ptvMessage is not a function');
  if (action === 'sendSticker' || action === 'sendPoll' || action === 'sendStatus') {
    throw badRequest(EVOLUTION_MESSAGES.notOnBusiness);
  }
  if (action !== 'sendList') return;
  const rows = asList(body.sections).flatMap((section) => asList(asJson(section).rows));
  if (rows.some((row) => asJson(row).description === undefined)) {
    throw crashed("Cannot read properties of undefined (reading 'substring')");
  }
}
