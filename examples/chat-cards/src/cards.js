// Records as Slack's Block Kit; `text` is for notifications, and for chats that know no blocks.

const FIELDS_MAX = 10;
/** Slack's limits, in characters. */
const TEXT_MAX = 2900;
const HEADER_MAX = 150;

/**
 * What is posted for one message of the runtime.
 *
 * @param {any} message
 * @param {{deleted: boolean}[]} entries
 * @param {{fields: string[], recordsShown: number}} config
 */
export function cards(message, entries, { fields, recordsShown }) {
  const results = message.result ?? [];
  const gone = entries.filter((entry) => entry.deleted).length;
  const title = `${count(results.length - gone, "changed")}${gone > 0 ? `, ${count(gone, "deleted")}` : ""} in ${message.objectName ?? "?"}`;
  const shown = results.slice(0, recordsShown).map((result, place) => card(result, entries[place]?.deleted, fields));
  const rest = results.length - shown.length;
  const context = [message.provider, message.groupName ?? message.groupRef].filter(Boolean).map(String).join(" · ");
  return {
    text: title,
    blocks: [
      { type: "header", text: { type: "plain_text", text: cut(title, HEADER_MAX) } },
      ...shown,
      ...(rest > 0 && shown.length > 0 ? [line(`and ${rest} more`)] : []),
      ...(context ? [line(context)] : []),
    ],
  };
}

function card(result, deleted, fields) {
  const data = { ...result.fields, ...result.mappedFields };
  const names = fields.length > 0 ? fields : Object.keys(data);
  const pairs = names.slice(0, FIELDS_MAX).filter((name) => data[name] !== null && data[name] !== undefined);
  const rows = pairs.map((name) => {
    const row = `*${escape(name)}*\n${escape(cut(shown(data[name]), 200))}`;
    return { type: "mrkdwn", text: deleted ? `~${row.replace("\n", "~\n")}` : row };
  });
  return rows.length > 0 ? { type: "section", fields: rows } : line("a record without these fields");
}

function line(text) {
  return { type: "context", elements: [{ type: "mrkdwn", text: escape(cut(text, TEXT_MAX)) }] };
}

function count(records, what) {
  return `${records} ${records === 1 ? "record" : "records"} ${what}`;
}

function shown(value) {
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/** Slack reads three characters as its own. */
function escape(text) {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

function cut(text, most) {
  const letters = [...text];
  return letters.length > most ? `${letters.slice(0, most - 1).join("")}…` : text;
}
