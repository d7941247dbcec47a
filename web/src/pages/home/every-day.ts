type Figures = { messages_sent: number; messages_received: number; messages_failed: number };

export type Day = { date: string } & Figures;

/** The days of a span, both ends included, also those without figures. */
export function everyDay(span: { start_date: string; end_date: string; daily: readonly Day[] }): Day[] {
  const known = new Map(span.daily.map((day) => [day.date, day]));
  const days: Day[] = [];
  const end = Date.parse(span.end_date);
  for (let at = Date.parse(span.start_date); at <= end; at += 86_400_000) {
    const date = new Date(at).toISOString().slice(0, 10);
    const { messages_sent = 0, messages_received = 0, messages_failed = 0 } = known.get(date) ?? {};
    days.push({ date, messages_sent, messages_received, messages_failed });
  }
  return days;
}
