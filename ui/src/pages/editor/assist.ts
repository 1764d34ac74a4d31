// What can be written at a place of amp.yaml and what it means, by the manifest's own JSON Schema.
import type { Place, Step } from "./place";

/** A JSON Schema, as far as completion reads it. */
export interface ManifestSchema {
  $ref?: string;
  $defs?: Record<string, ManifestSchema>;
  type?: string | string[];
  description?: string;
  deprecated?: boolean;
  properties?: Record<string, ManifestSchema>;
  additionalProperties?: ManifestSchema | boolean;
  required?: string[];
  items?: ManifestSchema;
  enum?: unknown[];
  const?: unknown;
  default?: unknown;
  examples?: unknown[];
  allOf?: ManifestSchema[];
  anyOf?: ManifestSchema[];
  oneOf?: ManifestSchema[];
}

/** Something that can be written. */
export interface Suggestion {
  label: string;
  /** What is written instead of the label. */
  text: string;
  detail: string;
  info: string;
  kind: "property" | "enum";
  isRequired: boolean;
}

/** Values that the runtime knows, by the key that they belong to. */
export type KnownValues = Partial<Record<string, readonly string[]>>;

const REFS_MAX = 16;

/** The schemas that hold at a path; more than one where there are alternatives. */
export function schemasAt(root: ManifestSchema, path: readonly Step[]): ManifestSchema[] {
  let current = expand(root, root);
  for (const step of path) current = current.flatMap((schema) => below(schema, step)).flatMap((schema) => expand(root, schema));
  return current;
}

function below(schema: ManifestSchema, step: Step): ManifestSchema[] {
  if (typeof step === "number") return schema.items ? [schema.items] : [];
  const named = schema.properties?.[step];
  if (named) return [named];
  return typeof schema.additionalProperties === "object" ? [schema.additionalProperties] : [];
}

/** A schema and what it refers to or is made of; what stands beside a reference is kept. */
function expand(root: ManifestSchema, schema: ManifestSchema, depth = 0): ManifestSchema[] {
  if (depth > REFS_MAX) return [];
  const name = schema.$ref?.replace("#/$defs/", "");
  const referred = name === undefined ? undefined : root.$defs?.[name];
  const parts = [...(referred ? [referred] : []), ...(schema.allOf ?? []), ...(schema.anyOf ?? []), ...(schema.oneOf ?? [])];
  const inner = parts.flatMap((part) => expand(root, part, depth + 1));
  return [{ ...schema }, ...inner];
}

/** What can be written at a place: keys that are not there yet, or values. */
export function suggestions(root: ManifestSchema, place: Place, siblings: readonly string[], known: KnownValues): Suggestion[] {
  const schemas = schemasAt(root, place.path);
  return place.kind === "key" ? keys(root, schemas, siblings, place) : values(schemas, known[String(place.path.at(-1))] ?? []);
}

function keys(root: ManifestSchema, schemas: ManifestSchema[], siblings: readonly string[], place: Place): Suggestion[] {
  const required = new Set(schemas.flatMap((schema) => schema.required ?? []));
  const found = new Map<string, Suggestion>();
  for (const [name, schema] of schemas.flatMap((one) => Object.entries(one.properties ?? {}))) {
    if (found.has(name) || siblings.includes(name) || schema.deprecated === true) continue;
    const all = expand(root, schema);
    const type = typeOf(all);
    const info = all.find((one) => one.description !== undefined)?.description ?? "";
    found.set(name, {
      label: name,
      text: written(name, type, place.indent),
      detail: type,
      info,
      kind: "property",
      isRequired: required.has(name),
    });
  }
  return [...found.values()].sort((one, other) => Number(other.isRequired) - Number(one.isRequired));
}

function written(name: string, type: string, indent: number): string {
  const below = `\n${" ".repeat(indent + 2)}`;
  if (type === "object") return `${name}:${below}`;
  return type === "list" ? `${name}:${below}- ` : `${name}: `;
}

function typeOf(schemas: ManifestSchema[]): string {
  for (const { type, properties, items, enum: values } of schemas) {
    if (values) return values.map(String).join(" | ");
    if (properties) return "object";
    if (items) return "list";
    const one = Array.isArray(type) ? type[0] : type;
    if (one !== undefined) return one === "array" ? "list" : one;
  }
  return "";
}

function values(schemas: ManifestSchema[], known: readonly string[]): Suggestion[] {
  const info = schemas.find((one) => one.description !== undefined)?.description ?? "";
  const given = schemas.flatMap((schema) => [
    ...(schema.enum ?? []),
    ...("const" in schema ? [schema.const] : []),
    ...(schema.type === "boolean" ? [true, false] : []),
    ...(schema.examples ?? []),
  ]);
  const texts = [...new Set([...known, ...given.filter((one) => typeof one !== "object").map(String)])];
  return texts.map((label) => ({ label, text: scalar(label), detail: "", info, kind: "enum", isRequired: false }));
}

/** A text as a plain scalar where YAML takes it for itself, else in quotes. */
function scalar(text: string): string {
  return /^[A-Za-z0-9_./-][\w ./+-]*$/.test(text) ? text : JSON.stringify(text);
}

/** What a key means; undefined where the schema does not say. */
export function documentation(root: ManifestSchema, path: readonly Step[]): { type: string; text: string } | undefined {
  const schemas = schemasAt(root, path);
  const text = schemas.find((schema) => schema.description !== undefined)?.description;
  return text === undefined ? undefined : { type: typeOf(schemas), text };
}
