type Placed = { userId: number; endpointId: number };

/** Counts what this process has on the way, to tell when a place becomes free that somebody may wait for. */
export function createPlaces(limits: { perUserMax: number; perEndpointMax: number }): {
  take(placed: Placed): void;
  /** True where the user or the endpoint had all of its places. */
  giveBack(placed: Placed): boolean;
} {
  const ofUsers = new Map<number, number>();
  const ofEndpoints = new Map<number, number>();
  return {
    take({ userId, endpointId }) {
      ofUsers.set(userId, (ofUsers.get(userId) ?? 0) + 1);
      ofEndpoints.set(endpointId, (ofEndpoints.get(endpointId) ?? 0) + 1);
    },
    giveBack({ userId, endpointId }) {
      const wasFull = lower(ofUsers, userId) >= limits.perUserMax;
      return lower(ofEndpoints, endpointId) >= limits.perEndpointMax || wasFull;
    },
  };
}

/** Answers the count before. */
function lower(counts: Map<number, number>, key: number): number {
  const count = counts.get(key) ?? 0;
  if (count <= 1) counts.delete(key);
  else counts.set(key, count - 1);
  return count;
}
