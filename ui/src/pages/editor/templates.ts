// Manifests for common cases, to begin with.

/** A manifest to begin with. */
export interface Template {
  name: string;
  about: string;
  text: string;
}

const read = (provider: string, object: string, fields: string[], more = ""): string => `specVersion: 1.0.0
integrations:
  - name: ${provider}-${object}
    displayName: ${provider === "hubspot" ? "HubSpot" : "Salesforce"}
    provider: ${provider}
    read:
      objects:
        - objectName: ${object}
          destination: ${object}
          schedule: "*/30 * * * *"
          backfill:
            defaultPeriod:
              days: 30
          requiredFields:
${fields.map((field) => `            - fieldName: ${field}`).join("\n")}
${more}`;

/** The templates that there are. */
export const templates: readonly Template[] = [
  {
    name: "Read contacts of HubSpot",
    about: "Every half hour, with the last 30 days at the beginning.",
    text: read("hubspot", "contacts", ["email", "firstname", "lastname"]),
  },
  {
    name: "Read accounts of Salesforce",
    about: "Every half hour; customers choose further fields.",
    text: read("salesforce", "account", ["Name", "Industry"], "          optionalFieldsAuto: all\n"),
  },
  {
    name: "Map fields",
    about: "One name for a field that each customer calls otherwise.",
    text: read(
      "hubspot",
      "contacts",
      ["email"],
      `            - mapToName: phone
              mapToDisplayName: Phone
              prompt: Which field holds the number that you call?
              default: phone
          optionalFields:
            - mapToName: notes
              mapToDisplayName: Notes
`,
    ),
  },
  {
    name: "Read and subscribe",
    about: "A schedule, and events of HubSpot as they happen.",
    text: read(
      "hubspot",
      "contacts",
      ["email", "firstname"],
      `    subscribe:
      objects:
        - objectName: contacts
          destination: contacts
          inheritFieldsAndMapping: true
          createEvent:
            enabled: always
          updateEvent:
            enabled: always
            watchFieldsAuto: all
          deleteEvent:
            enabled: always
`,
    ),
  },
  {
    name: "All history at once",
    about: "A full backfill, then changes every hour.",
    text: read("hubspot", "companies", ["name", "domain"])
      .replace("days: 30", "fullHistory: true")
      .replace("*/30 * * * *", "0 * * * *"),
  },
];
