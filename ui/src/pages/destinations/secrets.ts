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

/** The credentials of a type. */
export function secretsOf(type: string): readonly SecretField[] {
  return type === "s3" || type === "kinesis" ? AWS : [];
}

/** Those that were typed in. */
export function given(values: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== ""));
}
