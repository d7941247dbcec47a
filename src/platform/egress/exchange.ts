import type { Dispatcher } from 'undici';
import { createByteCollector } from './byte-collector.ts';
import { EgressError } from './errors.ts';
import { translateFailure } from './translate-failure.ts';

type ResponseHeaders = Record<string, string | string[] | undefined>;

export type FetchedBytes = {
  status: number;
  /** Names in lower case; a repeated header is an array. At most 16 KiB in all. */
  headers: ResponseHeaders;
  body: Buffer;
  /** True when the answer was longer than `maxBytes` and `body` is its beginning. */
  truncated: boolean;
};

export type ExchangeLimits = {
  maxBytes: number;
  deadlineMs: number;
  onExcess: 'error' | 'truncate';
  onEncoded: 'error' | 'raw';
};

/**
 * One request and its answer, held to its limits from the first moment to the last byte.
 * @throws EgressError; whatever undici calls an invalid argument as TypeError
 */
export function exchange(
  dispatcher: Dispatcher,
  request: Dispatcher.DispatchOptions,
  limits: ExchangeLimits,
): Promise<FetchedBytes> {
  return new Promise((resolve, reject) => {
    const body = createByteCollector(limits.maxBytes);
    let controller: Dispatcher.DispatchController | undefined;
    let head: { status: number; headers: ResponseHeaders } | undefined;
    let isSettled = false;

    const timer = setTimeout(() => fail(deadlineReached(limits.deadlineMs)), limits.deadlineMs);

    function settle(): boolean {
      if (isSettled) return false;
      isSettled = true;
      clearTimeout(timer);
      return true;
    }

    /** Ends the connection as well: what is left of the answer would be read from it for nothing. */
    function fail(error: EgressError): void {
      if (!settle()) return;
      controller?.abort(error);
      reject(error);
    }

    function succeed(truncated: boolean): void {
      if (head === undefined || !settle()) return;
      if (truncated) controller?.abort(new EgressError('too_large', answerTooLarge));
      resolve({ ...head, body: body.take(), truncated });
    }

    dispatcher.dispatch(request, {
      onRequestStart(started) {
        controller = started;
        // The deadline passed while the request waited for its connection.
        if (isSettled) started.abort(deadlineReached(limits.deadlineMs));
      },
      onResponseStart(_controller, status, headers) {
        if (status < 200) return;
        head = { status, headers };
        const fault = headFault(headers, request.method, limits);
        if (fault !== undefined) fail(fault);
      },
      onResponseData(_controller, chunk) {
        if (isSettled || body.push(chunk)) return;
        if (limits.onExcess === 'truncate') succeed(true);
        else fail(new EgressError('too_large', answerTooLarge));
      },
      onResponseEnd() {
        succeed(false);
      },
      onResponseError(_controller, error) {
        if (settle()) reject(translateFailure(error));
      },
    });
  });
}

/** What can be told from the headers need not be read from the body. */
function headFault(headers: ResponseHeaders, method: string, limits: ExchangeLimits): EgressError | undefined {
  const encoding = headers['content-encoding'];
  if (limits.onEncoded === 'error' && encoding !== undefined && !/^(identity)?$/i.test(String(encoding).trim())) {
    return new EgressError('protocol', 'The host sent a compressed answer although it was asked not to.');
  }
  const declaredBytes = Number(headers['content-length'] ?? 0);
  if (limits.onExcess === 'error' && method !== 'HEAD' && declaredBytes > limits.maxBytes) {
    return new EgressError('too_large', answerTooLarge);
  }
  return undefined;
}

const answerTooLarge = 'The answer is larger than allowed.';

function deadlineReached(deadlineMs: number): EgressError {
  return new EgressError('timeout', `The host did not answer in full within ${deadlineMs} ms.`);
}
