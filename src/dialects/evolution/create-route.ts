import { instanceIdOf } from '../../evolution/instance-id.ts';
import { EVOLUTION_MESSAGES } from '../../evolution/wire.ts';
import { type PhoneNumbers, wholeSettings } from '../../modules/phone-numbers/index.ts';
import { DomainError } from '../../platform/errors.ts';
import { type CreateWish, readCreate } from './create-body.ts';
import { forbidden } from './errors.ts';
import { codesAnswer, stateOf } from './instance-views.ts';
import { nameOnWire, type Routes } from './routes.ts';

type Created = Awaited<ReturnType<PhoneNumbers['create']>>;

/** A phone number whose alias is the instance's name; plan, placement and the rest are as for any other. */
export function addCreateRoute(routes: Routes, { phoneNumbers }: { phoneNumbers: Pick<PhoneNumbers, 'create'> }): void {
  routes.ofUser(
    'POST',
    '/instance/create',
    async ({ caller, body }) => {
      const wish = readCreate(body, caller.role);
      const { name, wantsQr: _wantsQr, endpoint, ...line } = wish;
      const created = await phoneNumbers
        .create({
          userId: caller.userId,
          displayName: null,
          alias: name,
          webhookUrl: null,
          ...line,
          ...(endpoint === undefined ? {} : { evolutionEndpoint: endpoint }),
        })
        .catch((error: unknown) => {
          if (error instanceof DomainError && error.code === 'alias_taken')
            throw forbidden(EVOLUTION_MESSAGES.nameInUse(name));
          throw error;
        });
      return createdAnswer(created, wish);
    },
    { status: 201 },
  );
}

function createdAnswer({ number, token }: Created, { wantsQr, endpoint }: CreateWish) {
  const isOfficial = number.integration === 'WHATSAPP-BUSINESS';
  return {
    instance: {
      instanceName: nameOnWire(number),
      instanceId: instanceIdOf(number.instanceName),
      integration: number.integration,
      webhookWaBusiness: null,
      accessTokenWaBusiness: isOfficial ? 'set' : '',
      status: stateOf(number),
    },
    hash: token,
    webhook:
      endpoint === undefined
        ? {}
        : {
            webhookUrl: endpoint.url,
            webhookHeaders: endpoint.headers,
            webhookByEvents: endpoint.byEvents,
            webhookBase64: endpoint.base64,
          },
    websocket: {},
    rabbitmq: {},
    nats: {},
    sqs: {},
    settings: wholeSettings(number.settings),
    ...(wantsQr && number.integration === 'WHATSAPP-BAILEYS' ? { qrcode: codesAnswer(number) } : {}),
  };
}
