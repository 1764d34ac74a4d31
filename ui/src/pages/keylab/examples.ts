// Templates as they are documented, and a message to try them with.

/** A template and what it is good for. */
export interface Example {
  expression: string;
  about: string;
}

/** The documented templates of each destination. */
export const examples: Record<"s3" | "kinesis", readonly Example[]> = {
  s3: [
    { expression: `join('', [time.rfc3339_nano, '_', metadata."event-id", '.json'])`, about: "The default: by time, unique." },
    {
      expression: `join('/', [metadata.objectName, time.date, metadata."event-id"])`,
      about: "A folder for each object and day.",
    },
    {
      expression: `join('/', [metadata.objectName, metadata.operationId])`,
      about: "By object and read; pages of one read share a key.",
    },
    { expression: `join('/', [data.installationId, metadata.operationId])`, about: "A folder for each installation." },
    {
      expression: `join('/', [data.groupRef, time.year, time.month, time.day, metadata."event-id"])`,
      about: "A folder for each customer, year, month and day.",
    },
  ],
  kinesis: [
    { expression: "data.installationId", about: "All messages of an installation in order, on one shard." },
    { expression: "data.groupRef", about: "All messages of a customer in order." },
    { expression: "join('_', [data.groupRef, data.objectName])", about: "In order for each customer and object." },
    { expression: "data.operationId", about: "The pages of one read in order." },
  ],
};

/** A message as it is documented. */
export const sample = {
  action: "read",
  projectId: "9482e676-4874-43a4-beea-fa8081d13a07",
  provider: "hubspot",
  groupRef: "group-id-1",
  groupName: "group-name-1",
  consumerRef: "user-id",
  consumerName: "user-name",
  installationId: "085353b1-07f1-4209-b471-7e028c0a68c8",
  installationUpdateTime: "2025-10-14T02:58:55.595861Z",
  objectName: "contacts",
  operationId: "0199e0a8-149d-7ee9-9f50-0514403517f9",
  operationTime: "2025-10-14T02:58:59.323405308Z",
  readType: "scheduled",
  resultInfo: { type: "inline", numRecords: 1 },
  result: [
    {
      fields: { id: "438", firstname: "Maria", lastname: "Johnson", email: "maria@example.com" },
      raw: {
        archived: false,
        createdAt: "2023-10-26T17:55:48.301Z",
        id: "438",
        properties: { firstname: "Maria", lastname: "Johnson", email: "maria@example.com" },
      },
    },
  ],
};

/** The metadata that goes with the sample. */
export const sampleMetadata: Record<string, string> = {
  projectId: sample.projectId,
  installationId: sample.installationId,
  connectionId: "c1b4a2f0-33a1-4c0e-9d1b-3b7b6f1f2c11",
  destinationId: "5a8f7e3e-9a41-4b6d-8f3c-1f6b7d0a2e55",
  operationId: sample.operationId,
  objectName: sample.objectName,
  "event-id": "0199e0a8-149d-7ee9-9f50-0514403517f9-1",
  timestamp: sample.operationTime,
  topic: "",
};
