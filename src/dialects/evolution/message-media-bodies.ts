import type { FastifyRequest } from 'fastify';
import { EVOLUTION_MESSAGES, isUrl, sendSchemas } from '../../evolution/wire.ts';
import type { MediaType, NewDraft } from '../../modules/messages/index.ts';
import { badRequest, requireFits } from './errors.ts';
import { readOptions } from './message-options.ts';
import type { Wish } from './message-sends.ts';
import { textOf } from './values.ts';

type Body = Record<string, unknown>;
type Upload = FastifyRequest['upload'];
type ReadBody = (body: Body, upload: Upload) => Wish;

export type MediaSend = 'sendMedia' | 'sendWhatsAppAudio' | 'sendPtv' | 'sendSticker' | 'sendStatus';

const { mediaNeitherUrlNorBase64, audioMissing, fileNameRequired } = EVOLUTION_MESSAGES;
const captionLengthMax = 4_096;
const audienceMax = 1_000;

/** What the bodies of sends with a medium ask for; a file of a form takes the place of the field that would hold it. */
export const mediaSends: Readonly<Record<MediaSend, ReadBody>> = {
  sendMedia(body, upload) {
    requireFits(body, sendSchemas.sendMedia);
    const media = textOf(body.media) ?? '';
    const fileName = fileNameOf(body.fileName);
    if (fileName === undefined && body.mediatype === 'document' && upload === null && seemsBase64(media))
      throw badRequest(fileNameRequired);
    const { media_url, ...medium } = mediumOf(media, upload, mediaNeitherUrlNorBase64);
    const content = { media_url, file_name: fileName, caption: captionOf(body), mimetype: mimetypeOf(body.mimetype) };
    const draft: NewDraft = { kind: body.mediatype as MediaType, content, ...medium };
    return { to: textOf(body.number) ?? '', draft, options: readOptions(body) };
  },

  sendWhatsAppAudio: (body, upload) => bare('voice', 'sendWhatsAppAudio', 'audio', body, upload),
  sendPtv: (body, upload) => bare('ptv', 'sendPtv', 'video', body, upload),
  sendSticker: (body, upload) => bare('sticker', 'sendSticker', 'sticker', body, upload),

  sendStatus(body, upload) {
    requireFits(body, sendSchemas.sendStatus);
    const given = textOf(body.content) ?? '';
    if (given === '' && upload === null) throw badRequest('Content is required');
    const audience = audienceOf(body);
    const draft = body.type === 'text' ? textStatus(body, given) : mediaStatus(body, given, upload);
    return { draft: { ...draft, content: { ...draft.content, audience }, recipient: 'status@broadcast' } };
  },
};

function bare(
  kind: 'voice' | 'ptv' | 'sticker',
  action: 'sendWhatsAppAudio' | 'sendPtv' | 'sendSticker',
  field: string,
  body: Body,
  upload: Upload,
): Wish {
  requireFits(body, sendSchemas[action]);
  const words = kind === 'voice' ? audioMissing : mediaNeitherUrlNorBase64;
  const { media_url, ...medium } = mediumOf(textOf(body[field]) ?? '', upload, words);
  return {
    to: textOf(body.number) ?? '',
    draft: { kind, content: { media_url }, ...medium },
    options: readOptions(body),
  };
}

function textStatus(body: Body, text: string): NewDraft {
  const background = textOf(body.backgroundColor) ?? '';
  if (background === '') throw badRequest('Background color is required');
  if (!body.font) throw badRequest('Font is required');
  const content = {
    type: 'text',
    text: text.slice(0, 65_536),
    background_color: background.slice(0, 30),
    font: body.font,
  };
  return { kind: 'status', content };
}

function mediaStatus(body: Body, given: string, upload: Upload): NewDraft {
  const { media_url, ...medium } = mediumOf(given, upload, mediaNeitherUrlNorBase64);
  return { kind: 'status', content: { type: body.type, media_url, caption: captionOf(body) }, ...medium };
}

function audienceOf(body: Body): string[] | undefined {
  if (body.allContacts === true) return undefined;
  const listed = Array.isArray(body.statusJidList) ? body.statusJidList.map(String) : [];
  if (listed.length === 0) throw badRequest('StatusJidList is required');
  if (listed.length > audienceMax) throw badRequest([`statusJidList does not meet maximum length of ${audienceMax}`]);
  const digits = listed.map((jid) => (jid.split(/[@:]/)[0] ?? '').replace(/\D/g, ''));
  if (digits.some((each) => each.length < 8 || each.length > 15))
    throw badRequest(['"statusJidList" must be an array of numeric strings']);
  return digits;
}

function mediumOf(
  given: string,
  upload: Upload,
  words: string,
): { media_url?: string } & Pick<NewDraft, 'base64' | 'upload'> {
  if (upload !== null) return { upload };
  if (isUrl(given)) return { media_url: given };
  if (!seemsBase64(given)) throw badRequest(words);
  return { base64: given };
}

// All of it is looked at where it is taken; a data: URI ends here, as it does there.
function seemsBase64(text: string): boolean {
  return text !== '' && /^[A-Za-z0-9+/=\s]+$/.test(text.slice(0, 256));
}

function captionOf(body: Body): string | undefined {
  const caption = textOf(body.caption);
  if (caption !== undefined && caption.length > captionLengthMax)
    throw badRequest([`caption does not meet maximum length of ${captionLengthMax}`]);
  return caption;
}

function fileNameOf(given: unknown): string | undefined {
  const name = textOf(given)
    ?.split(/[/\\]/)
    .at(-1)
    ?.replace(/\p{Cc}/gu, '')
    .slice(0, 255);
  return name === '' ? undefined : name;
}

function mimetypeOf(given: unknown): string | undefined {
  const type = textOf(given)?.split(';')[0]?.trim().toLowerCase() ?? '';
  return /^[\w.+-]{1,60}\/[\w.+-]{1,100}$/.test(type) ? type : undefined;
}
