import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { io } from 'socket.io-client';
import { answerOf, api } from '../api/client.ts';
import { keysOfEvent } from './keys-of-event.ts';

const renewEveryMs = 400;

type LiveEvent = { event: string; sequence: number };

/** While it is mounted, what happens on the server makes the lists it is about fresh. */
export function useLiveEvents(): { isConnected: boolean } {
  const queries = useQueryClient();
  const [isConnected, setConnected] = useState(true);
  useEffect(() => {
    let sequence: number | undefined;
    const socket = io({
      path: '/socket.io/',
      transports: ['websocket', 'polling'],
      // A ticket is good for one connection.
      auth: (give) => {
        answerOf(api.POST('/api/realtime/tickets'))
          .then(({ ticket }) => give({ ticket, ...(sequence === undefined ? {} : { since: sequence }) }))
          .catch(() => give({}));
      },
    });
    // Events may come by the hundred, and each list is read once for all of them.
    const stale = new Map<string, string[]>();
    let renewing: ReturnType<typeof setTimeout> | undefined;
    const renew = () => {
      renewing = undefined;
      for (const queryKey of stale.values()) void queries.invalidateQueries({ queryKey });
      stale.clear();
    };
    const refreshAll = () => void queries.invalidateQueries();
    socket.on('ready', (said: { sequence: number }) => {
      setConnected(true);
      if (sequence !== undefined) refreshAll();
      sequence = said.sequence;
    });
    socket.on('resync', refreshAll);
    socket.on('position', (said: { sequence: number }) => {
      sequence = said.sequence;
    });
    socket.on('event', (event: LiveEvent) => {
      sequence = event.sequence;
      for (const key of keysOfEvent(event.event)) stale.set(key.join(' '), key);
      renewing ??= setTimeout(renew, renewEveryMs);
    });
    // A moment without it is not worth a word.
    let patience: ReturnType<typeof setTimeout> | undefined;
    const lose = () => {
      patience ??= setTimeout(() => setConnected(false), 3_000);
    };
    socket.on('connect', () => {
      clearTimeout(patience);
      patience = undefined;
    });
    socket.on('disconnect', (reason) => {
      lose();
      if (reason === 'io server disconnect') setTimeout(() => socket.connect(), 2_000);
    });
    socket.on('connect_error', () => {
      lose();
      // One that was refused does not try again by itself.
      if (!socket.active) setTimeout(() => socket.connect(), 5_000);
    });
    return () => {
      clearTimeout(patience);
      clearTimeout(renewing);
      socket.disconnect();
    };
  }, [queries]);
  return { isConnected };
}
