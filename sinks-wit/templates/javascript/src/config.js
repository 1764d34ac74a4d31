// The configuration: its JSON Schema is written once, and the reader below goes by it, so that the two cannot disagree.

/** What a destination of this type is configured with: forms, checks and documentation come from it. */
export const schema = {
  $schema: "https://json-schema.org/draft/2020-12/schema",
  title: "{{title}}",
  description: "Posts each message to an event collector.",
  type: "object",
  required: ["url"],
  additionalProperties: false,
  properties: {
    url: {
      title: "URL",
      description: "Where events go: absolute, https (plain http to this machine alone), without user name, password or fragment.",
      type: "string",
      maxLength: 2048,
      pattern: "^(https://[^\\s/?#@]+|http://(localhost|127(\\.\\d{1,3}){3}|\\[::1\\])(:\\d{1,5})?)([/?][^\\s#]*)?$",
      examples: ["https://collector.example.com/events"],
    },
    source: {
      title: "Source",
      description: "What the collector is told that events come from.",
      type: "string",
      minLength: 1,
      maxLength: 64,
      default: "ampline",
    },
    credential: {
      title: "Credential",
      description: "Name of the credential that authorises requests. The operator binds it to the destination; the sink never sees it.",
      type: "string",
      minLength: 1,
    },
    timeoutMs: {
      title: "Time-out",
      description: "Milliseconds that the collector has for its answer.",
      type: "integer",
      minimum: 1000,
      maximum: 60000,
      default: 10000,
    },
  },
};

/**
 * Every fault of a configuration, each with its place (a JSON Pointer) and a remedy.
 *
 * @param {string} text
 * @returns {import("ampline:sink/types@1.0.0").ConfigIssue[]}
 */
export function faults(text) {
  let config;
  try {
    config = JSON.parse(text);
  } catch (error) {
    return [issue("", `is not JSON: ${error.message}`)];
  }
  return faultsOf(schema, config, "");
}

/**
 * A configuration without faults, with the defaults where it says nothing.
 *
 * @param {string} text
 * @returns {{url: string, source: string, credential?: string, timeoutMs: number}}
 */
export function read(text) {
  const defaults = Object.entries(schema.properties).filter(([, member]) => "default" in member);
  return { ...Object.fromEntries(defaults.map(([name, member]) => [name, member.default])), ...JSON.parse(text) };
}

/** Knows the keywords that the schema above uses; give it those that you add. */
function faultsOf(schema, value, pointer) {
  if (!is[schema.type](value)) return [issue(pointer, `must be ${words[schema.type]}`)];
  if (schema.type === "object") return membersFaults(schema, value, pointer);
  if (schema.type === "array") return value.flatMap((item, at) => faultsOf(schema.items, item, `${pointer}/${at}`));
  const { minLength = 0, maxLength = Infinity, minimum = -Infinity, maximum = Infinity } = schema;
  const length = typeof value === "string" ? [...value].length : 0;
  if (schema.enum && !schema.enum.includes(value)) return [issue(pointer, `must be one of ${schema.enum.join(", ")}`)];
  if (length < minLength) return [issue(pointer, minLength === 1 ? "must not be empty" : `must have at least ${minLength} characters`)];
  if (length > maxLength) return [issue(pointer, `must have at most ${maxLength} characters`)];
  if (schema.pattern && !new RegExp(schema.pattern, "u").test(value)) {
    return [issue(pointer, `must look like ${schema.examples?.[0] ?? schema.pattern}`)];
  }
  if (value < minimum || value > maximum) return [issue(pointer, `must be from ${minimum} to ${maximum}`)];
  return [];
}

function membersFaults(schema, value, pointer) {
  const missing = schema.required.filter((name) => !Object.hasOwn(value, name));
  const known = Object.keys(schema.properties);
  return [
    ...missing.map((name) => issue(`${pointer}/${name}`, "is missing")),
    ...Object.entries(value).flatMap(([name, member]) => {
      const place = `${pointer}/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`;
      if (!known.includes(name)) return [issue(place, `is not known: there are ${known.join(", ")}`)];
      return faultsOf(schema.properties[name], member, place);
    }),
  ];
}

const is = {
  object: (value) => typeof value === "object" && value !== null && !Array.isArray(value),
  array: Array.isArray,
  string: (value) => typeof value === "string",
  integer: Number.isInteger,
  boolean: (value) => typeof value === "boolean",
};

const words = { object: "an object", array: "a list", string: "a text", integer: "a whole number", boolean: "true or false" };

function issue(pointer, message) {
  return { pointer, message, fatal: true };
}
