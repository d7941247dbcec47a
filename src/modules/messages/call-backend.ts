import type { SendOutcome } from '../../evolution/outcome.ts';
import type { Backend } from '../backends/index.ts';
import type { SendableNumber } from '../phone-numbers/index.ts';
import type { Prepared } from './draft.ts';
import { kindNotSupported } from './errors.ts';

/** Hands a message to the backend of its number, once. Resolves to what became of it, and never rejects. */
export function callBackend(
  backend: Pick<Backend, 'sends'>,
  number: Pick<SendableNumber, 'backendName'>,
  recipient: string,
  { outbound, options }: Prepared,
  deadlineMs: number,
): Promise<SendOutcome> {
  const common = {
    instance: number.backendName,
    number: recipient,
    deadlineMs,
    ...(options.delayMs === undefined ? {} : { delayMs: options.delayMs }),
  };
  switch (outbound.kind) {
    case 'text':
      return backend.sends.sendText({ ...common, text: outbound.text });
    case 'image':
    case 'video':
    case 'audio':
    case 'document': {
      const { kind: mediatype, ...media } = outbound;
      return backend.sends.sendMedia({ ...common, mediatype, ...media });
    }
    default:
      throw kindNotSupported(outbound.kind);
  }
}
