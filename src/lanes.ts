import type { Services } from './services.ts';

const second = 1_000;

/** Every lane and every periodic task of a worker. Disposing stops the lanes; the alarm ends with the services. */
export function startLanes(services: Services): AsyncDisposable {
  const {
    admin,
    alarm,
    backends,
    campaigns,
    config,
    fleet,
    inbound,
    mails,
    messages,
    phoneNumbers,
    pools,
    realtime,
    retention,
    users,
    webhookDelivery,
  } = services;
  alarm.every('probe-backends', config.healthCheckIntervalMs, backends.probeAll);
  alarm.every('probe-absent-backends', Math.min(second, config.healthCheckIntervalMs), backends.probeAbsent);
  alarm.every('finish-creations', 10 * second, phoneNumbers.finishCreations);
  alarm.every('finish-moves', 10 * second, phoneNumbers.finishMoves);
  alarm.every('remove-deleted-numbers', 30 * second, phoneNumbers.removeDeleted);
  alarm.every('expire-qr-codes', 5 * second, phoneNumbers.expireQrCodes);
  alarm.every('supervise-connecting', 2 * second, phoneNumbers.superviseConnecting);
  alarm.every('reconcile-backends', fleet.reconciling.lookEveryMs, fleet.reconciling.reconcile);
  alarm.every('watch-fleet', 2 * second, fleet.watch);
  alarm.every('look-for-orphans', fleet.orphans.lookEveryMs, fleet.orphans.lookForOrphans);
  alarm.every('remove-old-findings', 3_600 * second, fleet.removeOld);
  alarm.every('erase-users', 5 * second, admin.eraseUsers);
  alarm.every('end-abandoned-messages', 5 * second, messages.endAbandoned);
  alarm.every('expire-messages', second, messages.expire);
  alarm.every('wake-numbers', 2 * second, messages.wakeNumbersThatMayGo);
  alarm.every('read-backends', 5 * second, inbound.readBackends);
  alarm.every('settle-by-evidence', 2 * second, messages.settleByEvidence);
  alarm.every('follow-campaigns', 2 * second, campaigns.followProgress);
  alarm.every('tell-quota-thresholds', 15 * second, messages.tellThresholds);
  alarm.every('remove-old-idempotency-keys', 600 * second, messages.removeOldKeys);
  alarm.every('make-partitions', 3_600 * second, retention.makePartitions);
  alarm.every('remove-old-rows', 3_600 * second, retention.removeOld);
  alarm.every('delete-expired-sessions', 600 * second, async () => {
    await users.deleteExpired();
  });
  if (mails !== undefined) {
    alarm.every('tell-by-mail', 5 * second, mails.tellOfEvents);
    alarm.every('remove-old-mails', 3_600 * second, mails.removeOld);
  }
  alarm.every('remove-old-tickets', 60 * second, realtime.removeOldTickets);
  alarm.every('remove-media', 10 * second, messages.removeBlobs);
  alarm.every('forget-pool-recipients', 3_600 * second, pools.forgetOldRecipients);
  alarm.every('remove-number-checks', 3_600 * second, messages.removeOldChecks);
  alarm.every('remove-old-deliveries', 3_600 * second, webhookDelivery.removeOld);
  const lanes = [
    inbound.lane,
    messages.sendLane,
    webhookDelivery.fanOutLane,
    webhookDelivery.deliverLane,
    ...(mails === undefined ? [] : [mails.lane]),
  ];
  for (const lane of lanes) lane.start();
  return {
    async [Symbol.asyncDispose]() {
      await Promise.all(lanes.map((lane) => lane[Symbol.asyncDispose]()));
    },
  };
}
