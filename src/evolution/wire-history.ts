import { type Static, Type } from 'typebox';

/** What a server keeps of messages, as it is asked for it. `offset` is the size of a page. */
export const FindMessagesBody = Type.Object(
  {
    where: Type.Object(
      {
        key: Type.Optional(
          Type.Object(
            { id: Type.Optional(Type.String()), remoteJid: Type.Optional(Type.String()) },
            { additionalProperties: false },
          ),
        ),
        /** Works only with both ends. ISO 8601; the server compares whole seconds. */
        messageTimestamp: Type.Optional(
          Type.Object({ gte: Type.String(), lte: Type.String() }, { additionalProperties: false }),
        ),
      },
      { additionalProperties: false },
    ),
    page: Type.Optional(Type.Integer()),
    offset: Type.Optional(Type.Integer()),
  },
  { additionalProperties: false },
);
export type FindMessagesBody = Static<typeof FindMessagesBody>;

/** The latest message first. A record is one of `MessageRecord` with `MessageUpdate`, its acknowledgements. */
export const FindMessagesAnswer = Type.Object({
  messages: Type.Object({
    total: Type.Integer(),
    pages: Type.Integer(),
    currentPage: Type.Integer(),
    records: Type.Array(Type.Record(Type.String(), Type.Unknown())),
  }),
});

export const FindStatusMessageBody = Type.Object(
  { where: Type.Object({ id: Type.String() }, { additionalProperties: false }) },
  { additionalProperties: false },
);
export type FindStatusMessageBody = Static<typeof FindStatusMessageBody>;

export const FindStatusMessageAnswer = Type.Array(
  Type.Object({
    keyId: Type.String(),
    remoteJid: Type.Optional(Type.Union([Type.String(), Type.Null()])),
    fromMe: Type.Optional(Type.Union([Type.Boolean(), Type.Null()])),
    status: Type.Optional(Type.Union([Type.String(), Type.Null()])),
  }),
);
