import type { SendOutcome } from '../../../evolution/outcome.ts';
import type { Backend } from '../../backends/index.ts';
import type { SendableNumber } from '../../phone-numbers/index.ts';
import type { Prepared } from '../drafts/draft.ts';

/** Hands a message to the backend of its number, once. Resolves to what became of it, and never rejects. */
export function callBackend(
  backend: Pick<Backend, 'sends'>,
  { backendName: instance, integration }: Pick<SendableNumber, 'backendName' | 'integration'>,
  recipient: string,
  { outbound: content, options }: Prepared,
  deadlineMs: number,
): Promise<SendOutcome> {
  return backend.sends.send({ instance, integration, number: recipient, content, options, deadlineMs });
}
