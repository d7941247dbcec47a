/** Texts that a server makes out of what it was given, as its records repeat them. */

/** The body of a message with buttons, as the server writes it for WhatsApp. */
export function buttonsBody(message: { title: string; description?: string }): string {
  return message.description ? `*${message.title}*\n\n${message.description}\n` : `*${message.title}*`;
}

/** A list as the Business integration repeats it. */
export function listText(list: { title: string; sections: readonly ListSection[] }): string {
  const lines = list.sections.flatMap((section) => [section.title, ...section.rows.map((row) => row.title)]);
  return [list.title || 'Select', ...lines, ''].join('\n');
}

type ListSection = { title: string; rows: readonly { title: string }[] };
