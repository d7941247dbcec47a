import type { PhoneNumber } from '../../modules/phone-numbers/index.ts';

/** The six states of this contract. */
export type WaStatus = 'idle' | 'initializing' | 'waiting_qr' | 'ready' | 'error' | 'disconnected';

export type WaState = { clientId: string; status: WaStatus; lastError?: string; updatedAt: string };

/** Whoever is not there yet can be connected; so can one that was logged out, on the phone or by a reset. */
export const idleState = (clientId: string): WaState => ({
  clientId,
  status: 'idle',
  updatedAt: new Date(0).toISOString(),
});

export function stateOf(
  clientId: string,
  number: { status: string; statusReason: string | null; updatedAt: Date },
): WaState {
  const { statusReason } = number;
  const status = waStatusOf(number.status as PhoneNumber['status'], statusReason);
  return {
    clientId,
    status,
    ...(statusReason === null || status === 'ready' ? {} : { lastError: statusReason }),
    updatedAt: number.updatedAt.toISOString(),
  };
}

function waStatusOf(status: PhoneNumber['status'], reason: string | null): WaStatus {
  switch (status) {
    case 'initializing':
      return 'initializing';
    case 'qr_ready':
      return 'waiting_qr';
    case 'connected':
      return 'ready';
    case 'error':
      return 'error';
    case 'disconnected':
      return reason === 'logged_out' ? 'idle' : 'disconnected';
    default:
      return status satisfies never;
  }
}
