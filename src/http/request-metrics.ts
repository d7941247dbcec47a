import type { FastifyInstance, FastifyRequest } from 'fastify';
import { createBoundedLabel } from '../platform/metrics/bounded-labels.ts';
import type { Metrics } from '../platform/metrics/metrics.ts';

export type RequestMetrics = {
  /** A request that the limit per minute turned away. */
  rateLimited(request: FastifyRequest): void;
};

/**
 * Of method and route, by what is answered. Each class has places of its own: strangers can make any route answer 4xx, and
 * must not use up those of the others.
 */
const placesOfClass = { '2xx': 240, '4xx': 100, '5xx': 60 } as const;
const areasMax = 20;
const methods = new Set(['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);
const durationBuckets = [0.005, 0.025, 0.1, 0.25, 1, 5, 20];

/**
 * Counts answers by the route's pattern, never by the path: ids and secrets stand in paths, and strangers choose them.
 * How long they took is a sum per route, and a histogram per area, since one per route would be thousands of series.
 */
export function registerRequestMetrics(app: FastifyInstance, metrics: Metrics): RequestMetrics {
  const labels = ['method', 'route', 'status_class'] as const;
  const answers = metrics.counter('evofleet_http_requests_total', 'Requests that were answered.', labels);
  const seconds = metrics.counter(
    'evofleet_http_request_seconds_total',
    'Seconds from a request to the end of its answer, added up.',
    labels,
  );
  const durations = metrics.histogram(
    'evofleet_http_request_duration_seconds',
    'From a request to the end of its answer, by area: the part of the path that names what it is about.',
    { buckets: durationBuckets, labels: ['area'] },
  );
  const inFlight = metrics.gauge('evofleet_http_requests_in_flight', 'Requests that are being answered.');
  const limited = metrics.counter('evofleet_http_rate_limited_total', 'Requests that the limit per minute refused.', [
    'per',
  ]);
  const places = {
    '2xx': createBoundedLabel(placesOfClass['2xx']),
    '4xx': createBoundedLabel(placesOfClass['4xx']),
    '5xx': createBoundedLabel(placesOfClass['5xx']),
  };
  const areaOf = createBoundedLabel(areasMax);

  app.addHook('onRequest', (_request, _reply, done) => {
    inFlight.inc();
    done();
  });
  app.addHook('onResponse', (request, reply, done) => {
    done();
    inFlight.dec();
    const method = methods.has(request.method) ? request.method : request.method === 'HEAD' ? 'GET' : 'other';
    const pattern = request.routeOptions.url ?? '(unknown route)';
    const statusClass = classOf(reply.statusCode);
    const hasPlace = places[statusClass](`${method} ${pattern}`) !== 'other';
    const elapsed = reply.elapsedTime / 1_000;
    const of = hasPlace
      ? { method, route: pattern, status_class: statusClass }
      : { method: 'other', route: 'other', status_class: statusClass };
    answers.inc(of);
    seconds.inc(of, elapsed);
    durations.observe({ area: areaOf(areaOfPattern(pattern), statusClass !== '4xx') }, elapsed);
  });
  return {
    rateLimited(request) {
      limited.inc({ per: request.caller === null ? 'address' : 'user' });
    },
  };
}

// Redirects and the like are answers that went well.
function classOf(status: number): keyof typeof placesOfClass {
  if (status >= 500) return '5xx';
  return status >= 400 ? '4xx' : '2xx';
}

/** `/api/messages/send-text` is about messages, `/hooks/evolution/:secretId` about hooks. */
export function areaOfPattern(pattern: string): string {
  const [first = '', second = '', third = ''] = pattern.split('/').slice(1);
  const isVersion = /^v\d+$/.test(second);
  const area = first === 'api' ? (isVersion ? third : second) : first;
  return /^[a-z][a-z-]*$/.test(area) ? area : '(other)';
}
