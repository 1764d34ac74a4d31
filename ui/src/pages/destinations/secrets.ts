// The credentials that a type of destination has. They can be given and replaced, and are never shown.

/** One of them. */
export interface SecretField {
  key: string;
  label: string;
}

const AWS: readonly SecretField[] = [
  { key: "awsKeyId", label: "Access key id" },
  { key: "awsSecretKey", label: "Secret access key" },
  { key: "awsSessionToken", label: "Session token" },
];

/** What becomes Basic authentication. */
const USER: readonly SecretField[] = [
  { key: "username", label: "User" },
  { key: "password", label: "Password" },
];

/** The credentials of a type. */
export function secretsOf(type: string): readonly SecretField[] {
  if (type === "s3" || type === "kinesis") return AWS;
  return type === "webhook" ? USER : [];
}

/** Those that were typed in. */
export function given(values: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== ""));
}

/** What it means to give none. */
export function withoutSecrets(type: string): string {
  return type === "webhook"
    ? "Basic authentication, where the receiver asks for it."
    : "Left empty, the runtime's own surroundings give them.";
}
