/** What a helper process of the bench is told first, by the process that started it. */
export function jobFromParent<Job>(): Promise<Job> {
  // Ctrl-C reaches the whole foreground group; the parent ends its helpers itself, in its own order.
  process.on('SIGINT', () => undefined);
  process.on('disconnect', () => process.exit(0));
  return new Promise((resolve) => process.once('message', (job) => resolve(job as Job)));
}

export function tellParent(message: object): void {
  process.send?.(message);
}
