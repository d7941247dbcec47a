import { type Static, Type } from 'typebox';
import { ConnectionStateAnswer, InstanceState, WebhookRow } from './wire-instances.ts';

/** What a fleet asks of each instance again and again, on the wire of an Evolution API 2.x server. */

export { ConnectionStateAnswer, InstanceState, WebhookRow };

/** Null when none were ever set. Texts that were left out read as empty. */
export const FindSettingsAnswer = Type.Union([
  Type.Object({
    rejectCall: Type.Boolean(),
    msgCall: Type.Optional(Type.Union([Type.String(), Type.Null()])),
    groupsIgnore: Type.Boolean(),
    alwaysOnline: Type.Boolean(),
    readMessages: Type.Boolean(),
    readStatus: Type.Boolean(),
    syncFullHistory: Type.Boolean(),
    wavoipToken: Type.Optional(Type.Union([Type.String(), Type.Null()])),
  }),
  Type.Null(),
]);
export type FindSettingsAnswer = Static<typeof FindSettingsAnswer>;

/** Where an instance also sends what it receives: the columns of its row in `fetchInstances`, null where none was set. */
export const ATTACHMENTS = ['Chatwoot', 'Rabbitmq', 'Nats', 'Sqs', 'Websocket'] as const;

const Attachment = Type.Optional(
  Type.Union([Type.Null(), Type.Object({ enabled: Type.Optional(Type.Union([Type.Boolean(), Type.Null()])) })]),
);

export const AttachedRow = Type.Object({
  name: Type.String(),
  Chatwoot: Attachment,
  Rabbitmq: Attachment,
  Nats: Attachment,
  Sqs: Attachment,
  Websocket: Attachment,
});

/** Kinds of bots, as their routes are called; each has its own switch in the server's settings. */
export const BOTS = ['typebot', 'openai', 'dify', 'flowise', 'n8n', 'evoai', 'evolutionBot'] as const;
export type Bot = (typeof BOTS)[number];

/** The bots of one kind; none of them, and null, mean that nothing was set up. */
export const FindBotsAnswer = Type.Union([
  Type.Null(),
  Type.Array(Type.Object({ enabled: Type.Optional(Type.Union([Type.Boolean(), Type.Null()])) })),
]);

/** The latest message an instance's database holds, as `findMessages` answers. */
export const LatestMessageAnswer = Type.Object({
  messages: Type.Object({ records: Type.Array(Type.Object({ messageTimestamp: Type.Number() })) }),
});
