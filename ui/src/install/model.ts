// What a customer chooses at installation, out of the hydrated manifest, and the configuration that the choices come to.
import type { Schemas } from "../api/client";

/** How far back an object is read at the beginning. `manifest` leaves that to the integration. */
export type BackfillChoice = "manifest" | "none" | "days" | "full";

/** What was chosen for one object. */
export interface ObjectChoice {
  isChosen: boolean;
  /** Names of the optional fields that are ticked. */
  fields: Record<string, boolean>;
  /** The provider's field for each name that is mapped; empty where none is chosen. */
  mappings: Record<string, string>;
  backfill: BackfillChoice;
  days: string;
}

/** What was chosen, by object. */
export type Choices = Record<string, ObjectChoice>;

/** A name that the customer gives a field to. */
export interface Mapping {
  name: string;
  label: string;
  prompt: string | undefined;
  isRequired: boolean;
  fallback: string | undefined;
}

/** The configuration of one object, as far as the form knows it. */
interface ObjectConfig {
  objectName: string;
  disabled?: boolean;
  selectedFields?: Record<string, boolean>;
  selectedFieldMappings?: Record<string, string>;
  backfill?: { defaultPeriod: { days?: number; fullHistory?: boolean } };
}

const DAYS_MAX = 36_500;

/** The fields that the customer may tick. */
export function optionalFields(object: Schemas["HydratedObject"]): Schemas["HydratedField"][] {
  const listed = object.optionalFields.filter((field) => field.fieldName !== undefined);
  if (object.optionalFieldsAuto !== "all") return listed;
  const known = new Set([...object.requiredFields, ...listed].map((field) => field.fieldName));
  return [...listed, ...(object.allFields ?? []).filter((field) => !known.has(field.fieldName))];
}

/** The names that the customer gives fields to. */
export function mappingsOf(object: Schemas["HydratedObject"]): Mapping[] {
  const of = (fields: Schemas["HydratedField"][], isRequired: boolean): Mapping[] =>
    fields.flatMap((field) => {
      if (field.fieldName !== undefined || field.mapToName === undefined) return [];
      const label = field.mapToDisplayName ?? field.mapToName;
      return [{ name: field.mapToName, label, prompt: field.prompt, isRequired, fallback: field.default }];
    });
  return [...of(object.requiredFields, true), ...of(object.optionalFields, false)];
}

/** The choices to begin with: those of an installation, else what the manifest asks for. */
export function initialChoices(objects: readonly Schemas["HydratedObject"][], content?: unknown): Choices {
  const configured = configsOf(content);
  return Object.fromEntries(
    objects.map((object) => {
      const config = configured[object.objectName];
      const mappings = mappingsOf(object).map((one): [string, string] => [
        one.name,
        config?.selectedFieldMappings?.[one.name] ?? (config ? "" : (one.fallback ?? "")),
      ]);
      const choice: ObjectChoice = {
        isChosen:
          content === undefined || Object.keys(configured).length === 0 || (config !== undefined && config.disabled !== true),
        fields: { ...config?.selectedFields },
        mappings: Object.fromEntries(mappings),
        ...backfillOf(config),
      };
      return [object.objectName, choice];
    }),
  );
}

function configsOf(content: unknown): Record<string, ObjectConfig> {
  return (content as { read?: { objects?: Record<string, ObjectConfig> } } | undefined)?.read?.objects ?? {};
}

function backfillOf(config: ObjectConfig | undefined): Pick<ObjectChoice, "backfill" | "days"> {
  const period = config?.backfill?.defaultPeriod;
  if (period?.fullHistory === true) return { backfill: "full", days: "30" };
  if (period?.days === 0) return { backfill: "none", days: "30" };
  return period?.days === undefined ? { backfill: "manifest", days: "30" } : { backfill: "days", days: String(period.days) };
}

/** What is wrong with the choices, by `object` or `object.name`. */
export function faultsOf(objects: readonly Schemas["HydratedObject"][], choices: Choices): Record<string, string> {
  const faults: Record<string, string> = {};
  for (const object of objects) {
    const choice = choices[object.objectName];
    if (!choice?.isChosen) continue;
    for (const one of mappingsOf(object))
      if (one.isRequired && !choice.mappings[one.name])
        faults[`${object.objectName}.${one.name}`] = `Choose the field for ${one.label}.`;
    const days = Number(choice.days);
    if (choice.backfill === "days" && !(Number.isInteger(days) && days >= 1 && days <= DAYS_MAX))
      faults[`${object.objectName}.days`] = `A whole number of days, 1 to ${DAYS_MAX}.`;
  }
  if (objects.length > 0 && objects.every((object) => !choices[object.objectName]?.isChosen))
    faults[""] = "Choose at least one object.";
  return faults;
}

/** The configuration of one object; what the form does not know stays as it was. */
function configOf(name: string, choice: ObjectChoice, before: ObjectConfig | undefined): ObjectConfig {
  const mappings = Object.entries(choice.mappings).filter(([, field]) => field !== "");
  const fields = Object.entries(choice.fields).filter(([, isTicked]) => isTicked);
  const made: ObjectConfig = {
    ...before,
    objectName: name,
    selectedFields: Object.fromEntries(fields),
    selectedFieldMappings: Object.fromEntries(mappings),
  };
  if (choice.isChosen) delete made.disabled;
  else made.disabled = true;
  if (choice.backfill === "full") made.backfill = { defaultPeriod: { fullHistory: true } };
  if (choice.backfill === "none") made.backfill = { defaultPeriod: { days: 0 } };
  if (choice.backfill === "days") made.backfill = { defaultPeriod: { days: Number(choice.days) } };
  return made;
}

/** The whole configuration of a new installation. */
export function newContent(provider: string, choices: Choices): Record<string, unknown> {
  const chosen = Object.entries(choices).filter(([, choice]) => choice.isChosen);
  const objects = Object.fromEntries(chosen.map(([name, choice]) => [name, configOf(name, choice, undefined)]));
  return { provider, ...(chosen.length > 0 ? { read: { objects } } : {}) };
}

/** The change of an installation: only objects that are chosen otherwise are named. Undefined where nothing is. */
export function changeOf(choices: Choices, before: Choices, content: unknown): Schemas["UpdateInstallationRequest"] | undefined {
  const configured = configsOf(content);
  const changed = Object.entries(choices).filter(([name, choice]) => JSON.stringify(choice) !== JSON.stringify(before[name]));
  if (changed.length === 0) return undefined;
  const objects = Object.fromEntries(changed.map(([name, choice]) => [name, configOf(name, choice, configured[name])]));
  return {
    updateMask: changed.map(([name]) => `config.content.read.objects.${name}`),
    installation: { config: { content: { read: { objects } } } },
  };
}
