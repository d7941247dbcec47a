import { DomainError } from '../../../platform/errors.ts';

/** What a schema cannot say of a kind's fields. All throw `invalid_request`. */

/** For kinds that no backend sends with any of these. */
export function refuseOptions(body: object, kind: string): void {
  const misplaced = ['quoted', 'mentions', 'mentions_everyone', 'delay'].find((name) => name in body);
  if (misplaced !== undefined) throw invalid(`${misplaced} is not for a ${kind}.`);
}

/** The emoji in the form that is in the list of emoji: many keyboards leave the variation selector out. */
export function readEmoji(emoji: string): string {
  if (emoji === '') return emoji;
  const graphemes = Array.from(new Intl.Segmenter('en', { granularity: 'grapheme' }).segment(emoji));
  const listed = [emoji, `${emoji}\uFE0F`].find((each) => /^\p{RGI_Emoji}$/v.test(each));
  if (graphemes.length !== 1 || listed === undefined)
    throw invalid('emoji must be exactly one emoji, or empty to take the reaction back.');
  return listed;
}

export function requirePoll(options: readonly string[], selectableCount: number): void {
  if (new Set(options).size < options.length) throw invalid('options must all be different.');
  if (selectableCount > options.length) throw invalid('selectable_count must not be more than there are options.');
}

export function requireList(sections: readonly { rows: readonly { id: string }[] }[]): void {
  const ids = sections.flatMap(({ rows }) => rows.map((row) => row.id));
  if (ids.length > 10) throw invalid('sections must not have more than 10 rows in all.');
  if (new Set(ids).size < ids.length) throw invalid('sections: every row needs an id of its own.');
}

export function requireButtons(buttons: readonly { type: string; id?: string }[]): void {
  const of = (type: string) => buttons.filter((button) => button.type === type);
  if (of('pix').length > 0 && buttons.length > 1) throw invalid('buttons: a pix button stands alone.');
  const replies = of('reply');
  if (replies.length > 0 && replies.length < buttons.length)
    throw invalid('buttons: reply buttons cannot stand beside others.');
  if (new Set(replies.map(({ id }) => id)).size < replies.length)
    throw invalid('buttons: every reply needs an id of its own.');
}

const componentsBytesMax = 32_768;

export function requireComponents(components: unknown): void {
  if (Buffer.byteLength(JSON.stringify(components)) > componentsBytesMax)
    throw invalid('components must not be larger than 32 KiB.');
}

type StatusBody = {
  type: string;
  text?: string;
  caption?: string;
  background_color?: string;
  font?: number;
  mediaUrl?: string;
  mediaBase64?: string;
  file?: string;
};

export function requireStatus(body: StatusBody): void {
  const ofText = ['text', 'background_color', 'font'] as const;
  const ofMedia = ['mediaUrl', 'mediaBase64', 'file', 'caption'] as const;
  if (body.type === 'text' && body.text === undefined) throw invalid('text is required for a status of type text.');
  const misplaced = (body.type === 'text' ? ofMedia : ofText).find((name) => body[name] !== undefined);
  if (misplaced !== undefined) throw invalid(`${misplaced} is not for a status of type ${body.type}.`);
  if (body.type === 'audio' && body.caption !== undefined) throw invalid('caption is not for a status of type audio.');
}

function invalid(sentence: string): DomainError {
  return new DomainError('invalid_request', `body: ${sentence}`, { kind: 'invalid' });
}
