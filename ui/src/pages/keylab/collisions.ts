// The keys of many messages: which of them several messages share.

/** A message's key, or why it has none. */
export interface KeyOf {
  id: string;
  label: string;
  key: string | null;
  fault?: string | undefined;
}

/** Keys that more than one message has, with how many; the most shared first. */
export function collisions(rows: readonly KeyOf[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { key } of rows) if (key !== null) counts.set(key, (counts.get(key) ?? 0) + 1);
  return new Map([...counts].filter(([, count]) => count > 1).sort(([, one], [, other]) => other - one));
}
