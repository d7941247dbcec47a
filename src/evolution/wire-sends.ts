import { type Static, Type } from 'typebox';

/** Bodies of the routes `/message/send…` of an Evolution API 2.x server; each names the recording it follows. */

const exact = { additionalProperties: false } as const;
const text = Type.String();
const optionalText = Type.Optional(Type.String());

const QuotedKey = Type.Object(
  { id: text, remoteJid: optionalText, fromMe: Type.Optional(Type.Boolean()), participant: optionalText },
  exact,
);

/** What every route but those of contacts, reactions and statuses takes besides (contract/208, 211, 615). */
const sending = {
  /** Milliseconds the server waits, showing "typing", before it sends and answers. */
  delay: Type.Optional(Type.Integer()),
  quoted: Type.Optional(Type.Object({ key: QuotedKey, message: Type.Optional(Type.Object({})) })),
  mentionsEveryOne: Type.Optional(Type.Boolean()),
  /** Digits each; looked at in groups only. */
  mentioned: Type.Optional(Type.Array(text, { minItems: 1 })),
};

/** contract/200-sendText-evo, 610-WA-sendText */
export const SendTextBody = Type.Object(
  { number: text, text, linkPreview: Type.Optional(Type.Boolean()), ...sending },
  exact,
);
export type SendTextBody = Static<typeof SendTextBody>;

export const MediaType = Type.Union([
  Type.Literal('image'),
  Type.Literal('video'),
  Type.Literal('document'),
  Type.Literal('audio'),
]);
export type MediaType = Static<typeof MediaType>;

/** contract/230-sendMedia-url, 238-sendMedia-doc-base64 */
export const SendMediaBody = Type.Object(
  {
    number: text,
    mediatype: MediaType,
    mimetype: optionalText,
    caption: optionalText,
    /** A URL whose host has a top-level domain or is an IP, or bare base64; a data: URI is refused. */
    media: text,
    /** Required for a document given as base64. Its ending decides about the type, whatever `mimetype` says. */
    fileName: optionalText,
    ...sending,
  },
  exact,
);
export type SendMediaBody = Static<typeof SendMediaBody>;

/** contract/455-biz-sendAudio-url */
export const SendWhatsAppAudioBody = Type.Object({ number: text, audio: text, ...sending }, exact);
/** contract/265-sendPtv-evo */
export const SendPtvBody = Type.Object({ number: text, video: text, ...sending }, exact);
/** contract/247-sendSticker-evo */
export const SendStickerBody = Type.Object({ number: text, sticker: text, ...sending }, exact);

/** contract/619-WA-sendLocation; a missing name or address is refused (contract/250-sendLocation-missing) */
export const SendLocationBody = Type.Object(
  { number: text, name: text, address: text, latitude: Type.Number(), longitude: Type.Number(), ...sending },
  exact,
);

const Contact = Type.Object(
  {
    fullName: text,
    /** Digits. Left out, the server puts a whole address into the card's waid. */
    wuid: text,
    phoneNumber: text,
    organization: optionalText,
    email: optionalText,
    url: optionalText,
  },
  exact,
);
/** contract/620-WA-sendContact */
export const SendContactBody = Type.Object({ number: text, contact: Type.Array(Contact, { minItems: 1 }) }, exact);

/** contract/621-WA-sendReaction */
export const SendReactionBody = Type.Object(
  {
    key: Type.Object({ id: text, remoteJid: text, fromMe: Type.Boolean(), participant: optionalText }, exact),
    reaction: text,
  },
  exact,
);

/** contract/622-WA-sendPoll */
export const SendPollBody = Type.Object(
  { number: text, name: text, selectableCount: Type.Integer(), values: Type.Array(text, { minItems: 2 }), ...sending },
  exact,
);

const ListRow = Type.Object({ title: text, description: optionalText, rowId: text }, exact);
/** contract/460-biz-sendList; on WHATSAPP-BAILEYS it fails (contract/623-WA-sendList) */
export const SendListBody = Type.Object(
  {
    number: text,
    title: text,
    description: optionalText,
    footerText: text,
    buttonText: text,
    sections: Type.Array(Type.Object({ title: text, rows: Type.Array(ListRow, { minItems: 1 }) }, exact), {
      minItems: 1,
    }),
    ...sending,
  },
  exact,
);

const ButtonBody = Type.Object(
  {
    type: Type.Union(['reply', 'copy', 'url', 'call', 'pix'].map((kind) => Type.Literal(kind))),
    displayText: optionalText,
    id: optionalText,
    url: optionalText,
    copyCode: optionalText,
    phoneNumber: optionalText,
    currency: optionalText,
    name: optionalText,
    keyType: optionalText,
    key: optionalText,
  },
  exact,
);
/** contract/624-WA-sendButtons */
export const SendButtonsBody = Type.Object(
  {
    number: text,
    thumbnailUrl: optionalText,
    title: text,
    description: optionalText,
    footer: optionalText,
    buttons: Type.Array(ButtonBody, { minItems: 1 }),
    ...sending,
  },
  exact,
);

/** contract/461-biz-sendTemplate */
export const SendTemplateBody = Type.Object(
  { number: text, name: text, language: text, components: Type.Array(Type.Unknown()), ...sending },
  exact,
);

/** contract/625-WA-sendStatus */
export const SendStatusBody = Type.Object(
  {
    type: Type.Union(['text', 'image', 'video', 'audio'].map((kind) => Type.Literal(kind))),
    content: text,
    caption: optionalText,
    backgroundColor: optionalText,
    font: Type.Optional(Type.Integer({ minimum: 1, maximum: 5 })),
    allContacts: Type.Boolean(),
    /** Whole addresses: the server uses them as they are. */
    statusJidList: Type.Optional(Type.Array(text, { minItems: 1 })),
  },
  exact,
);

/** Every send route by the last part of its path. */
export const SEND_BODIES = {
  sendText: SendTextBody,
  sendMedia: SendMediaBody,
  sendWhatsAppAudio: SendWhatsAppAudioBody,
  sendPtv: SendPtvBody,
  sendSticker: SendStickerBody,
  sendLocation: SendLocationBody,
  sendContact: SendContactBody,
  sendReaction: SendReactionBody,
  sendPoll: SendPollBody,
  sendList: SendListBody,
  sendButtons: SendButtonsBody,
  sendTemplate: SendTemplateBody,
  sendStatus: SendStatusBody,
} as const;
export type SendAction = keyof typeof SEND_BODIES;
