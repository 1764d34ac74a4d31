// What an integration reads and subscribes to, out of the content of its revision.

/** An object of an integration. */
export interface OfferedObject {
  name: string;
  destination: string;
  schedule: string | undefined;
  backfill: string;
  fields: string[];
  isSubscribed: boolean;
}

interface Written {
  objectName?: string;
  mapToName?: string;
  destination?: string;
  schedule?: string;
  backfill?: { defaultPeriod?: { days?: number; fullHistory?: boolean } };
  requiredFields?: { fieldName?: string; mapToName?: string }[];
}

/** The objects of a revision's content; those that are only subscribed to stand last. */
export function objectsOf(content: Record<string, unknown>): OfferedObject[] {
  const list = (section: string): Written[] => (content[section] as { objects?: Written[] } | undefined)?.objects ?? [];
  const nameOf = (one: Written): string => one.objectName ?? one.mapToName ?? "";
  const subscribed = list("subscribe");
  const names = new Set(subscribed.map(nameOf));
  const reads = list("read");
  const alone = subscribed.filter((one) => !reads.some((read) => nameOf(read) === nameOf(one)));
  return [...reads, ...alone].map((one) => ({
    name: nameOf(one),
    destination: one.destination ?? "",
    schedule: one.schedule,
    backfill: backfill(one),
    fields: (one.requiredFields ?? []).map((field) => field.mapToName ?? field.fieldName ?? ""),
    isSubscribed: names.has(nameOf(one)),
  }));
}

function backfill({ backfill: given }: Written): string {
  const period = given?.defaultPeriod;
  if (period?.fullHistory === true) return "all of it";
  return period?.days ? `${period.days} days` : "none";
}
