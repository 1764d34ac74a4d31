// A form out of a sink's own JSON Schema: which control each member gets, its words and bounds, and what the controls' values come to.

/** A JSON Schema, as far as forms read it. */
export interface Schema {
  title?: string;
  description?: string;
  type?: string | string[];
  properties?: Record<string, Schema>;
  required?: string[];
  enum?: unknown[];
  const?: unknown;
  default?: unknown;
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  pattern?: string;
  items?: Schema;
  additionalProperties?: Schema | boolean;
  allOf?: Schema[];
  anyOf?: Schema[];
  oneOf?: Schema[];
  deprecated?: boolean;
  format?: string;
}

/** The controls that there are; `json` is for what none of the others can say. */
export type Control = "text" | "number" | "boolean" | "select" | "pairs" | "list" | "json";

/** One member of the configuration. */
export interface FormField {
  key: string;
  label: string;
  help: string | undefined;
  control: Control;
  required: boolean;
  schema: Schema;
  options: string[];
}

/** What controls hold: texts, ticks, rows of pairs, lists. */
export type FormValue = string | boolean | [string, string][] | string[];
/** All of them by key. */
export type FormValues = Record<string, FormValue>;

/** The fields of a schema: those that are asked for first, older spellings left out unless they are in use. */
export function fieldsOf(schema: Schema, used: Record<string, unknown> = {}): FormField[] {
  const required = new Set([...(schema.required ?? []), ...alternatives(schema)]);
  const fields = Object.entries(schema.properties ?? {})
    .filter(([key, member]) => member.deprecated !== true || key in used)
    .map(([key, member]) => field(key, member, required.has(key)));
  return [...fields.filter((one) => one.required), ...fields.filter((one) => !one.required)];
}

/** Where one of several members is required, the first that is not an older spelling is asked for. */
function alternatives(schema: Schema): string[] {
  const groups = [...(schema.allOf ?? []).map((part) => part.anyOf ?? part.oneOf), schema.anyOf, schema.oneOf];
  return groups.flatMap((group) => {
    const names = (group ?? []).flatMap((part) => part.required ?? []);
    const first = names.find((name) => schema.properties?.[name]?.deprecated !== true);
    return first === undefined ? [] : [first];
  });
}

function field(key: string, schema: Schema, required: boolean): FormField {
  const options = (schema.enum ?? []).filter((one): one is string => typeof one === "string");
  return {
    key,
    label: schema.title ?? key,
    help: schema.description,
    control: control(schema, options),
    required,
    schema,
    options,
  };
}

function control(schema: Schema, options: string[]): Control {
  const type = typeof schema.type === "string" ? schema.type : undefined;
  if (options.length > 0 && options.length === schema.enum?.length) return "select";
  if (type === "string") return "text";
  if (type === "integer" || type === "number") return "number";
  if (type === "boolean") return "boolean";
  const isText = (inner: Schema | boolean | undefined): boolean => typeof inner === "object" && inner.type === "string";
  if (type === "object" && schema.properties === undefined && isText(schema.additionalProperties)) return "pairs";
  if (type === "array" && isText(schema.items)) return "list";
  return "json";
}

/** What the controls show at first: what is configured, else nothing. Defaults are shown in their place, not filled in. */
export function initial(fields: readonly FormField[], metadata: Record<string, unknown>): FormValues {
  return Object.fromEntries(fields.map((one) => [one.key, shown(one, metadata[one.key])]));
}

function shown({ control, schema }: FormField, value: unknown): FormValue {
  switch (control) {
    case "boolean":
      return (value ?? schema.default) === true;
    case "pairs":
      return Object.entries((value ?? {}) as Record<string, string>).map(([name, text]): [string, string] => [name, text]);
    case "list":
      return Array.isArray(value) ? value.map(String) : [];
    case "json":
      return value === undefined ? "" : JSON.stringify(value, null, 2);
    default:
      return typeof value === "string" || typeof value === "number" ? String(value) : "";
  }
}

/** The configuration that the controls come to, and what is wrong with single fields. */
export function collect(
  fields: readonly FormField[],
  values: FormValues,
): { metadata: Record<string, unknown>; faults: Record<string, string> } {
  const metadata: Record<string, unknown> = {};
  const faults: Record<string, string> = {};
  for (const one of fields) {
    const value = values[one.key];
    const { result, fault } = read(one, value);
    if (fault !== undefined) faults[one.key] = fault;
    else if (result !== undefined) metadata[one.key] = result;
    else if (one.required) faults[one.key] = "This is needed.";
  }
  return { metadata, faults };
}

interface Read {
  result?: unknown;
  fault?: string;
}

function read(one: FormField, value: FormValue | undefined): Read {
  const { control, schema } = one;
  if (typeof value === "boolean") return value === (schema.default ?? false) && !one.required ? {} : { result: value };
  if (Array.isArray(value)) return control === "pairs" ? pairs(value as [string, string][]) : list(value as string[]);
  const text = control === "json" ? (value ?? "").trim() : (value ?? "");
  if (text === "") return {};
  if (control === "number") return number(text, schema);
  if (control === "json") return json(text);
  const fault = textFault(text, schema);
  return fault === undefined ? { result: text } : { fault };
}

function pairs(rows: [string, string][]): Read {
  const named = rows.filter(([name, text]) => name !== "" || text !== "");
  if (named.length === 0) return {};
  if (named.some(([name]) => name === "")) return { fault: "Each value needs a name." };
  if (new Set(named.map(([name]) => name)).size < named.length) return { fault: "A name is there twice." };
  return { result: Object.fromEntries(named) };
}

function list(rows: string[]): Read {
  const filled = rows.filter((row) => row !== "");
  return filled.length === 0 ? {} : { result: filled };
}

function number(text: string, { type, minimum, maximum }: Schema): Read {
  const value = Number(text);
  if (!Number.isFinite(value)) return { fault: "This must be a number." };
  if (type === "integer" && !Number.isInteger(value)) return { fault: "This must be a whole number." };
  if (minimum !== undefined && value < minimum) return { fault: `This must be at least ${minimum}.` };
  if (maximum !== undefined && value > maximum) return { fault: `This must be at most ${maximum}.` };
  return { result: value };
}

function json(text: string): Read {
  try {
    return { result: JSON.parse(text) as unknown };
  } catch (error) {
    return { fault: `This must be JSON: ${error instanceof Error ? error.message : "it cannot be read"}.` };
  }
}

function textFault(text: string, { minLength, maxLength, pattern }: Schema): string | undefined {
  const length = Array.from(text).length;
  if (minLength !== undefined && length < minLength) return `This needs at least ${minLength} characters.`;
  if (maxLength !== undefined && length > maxLength) return `This may have at most ${maxLength} characters.`;
  // Patterns are the sink's; one that this engine cannot read is left to the runtime to judge.
  if (pattern !== undefined && matches(pattern, text) === false) return "This does not have the form that is described below.";
  return undefined;
}

function matches(pattern: string, text: string): boolean | undefined {
  try {
    return new RegExp(pattern, "u").test(text);
  } catch {
    return undefined;
  }
}
