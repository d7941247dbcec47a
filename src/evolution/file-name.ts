const endings: Readonly<Record<string, string>> = {
  'application/json': 'json',
  'application/msword': 'doc',
  'application/pdf': 'pdf',
  'application/rtf': 'rtf',
  'application/vnd.ms-excel': 'xls',
  'application/vnd.ms-powerpoint': 'ppt',
  'application/vnd.openxmlformats-officedocument.presentationml.presentation': 'pptx',
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet': 'xlsx',
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document': 'docx',
  'application/xml': 'xml',
  'application/zip': 'zip',
  'audio/aac': 'aac',
  'audio/mp4': 'm4a',
  'audio/mpeg': 'mp3',
  'audio/ogg': 'ogg',
  'audio/wav': 'wav',
  'image/gif': 'gif',
  'image/jpeg': 'jpg',
  'image/png': 'png',
  'image/webp': 'webp',
  'text/csv': 'csv',
  'text/html': 'html',
  'text/plain': 'txt',
  'video/3gpp': '3gp',
  'video/mp4': 'mp4',
  'video/quicktime': 'mov',
};
const common: ReadonlySet<string> = new Set([...Object.values(endings), 'jpeg', 'htm', 'opus', 'oga', 'webm']);

/**
 * The name under which a file arrives, with an ending: the server goes by the name alone when it says what the file is,
 * and says `false` where the name does not tell.
 */
export function fileNameWithEnding(fileName: string, mimetype: string | undefined): string {
  const ending = /\.([a-z\d]{1,8})$/i.exec(fileName)?.[1]?.toLowerCase();
  if (ending !== undefined && common.has(ending)) return fileName;
  const type = mimetype?.split(';')[0]?.trim().toLowerCase() ?? '';
  if (Object.hasOwn(endings, type)) return `${fileName}.${endings[type]}`;
  return ending === undefined ? `${fileName}.bin` : fileName;
}
