import { Struct } from "google-protobuf/google/protobuf/struct_pb";

import { Secret, hasSecret, mapSecrets } from "../../plan/program/secret";
import type { Properties } from "../core/resourceType";

/** Signatures of Pulumi's wire format for property values (pulumi/sdk, `go/common/resource/properties.go`). */
const signature = "4dabf18193072939515e22adb298388d";
const secretSignature = "1b47061264138c4ac30d75fd1eb44270";

/** Mark of an unknown value in a preview. The SDK sends none of Pulumi's six other marks. */
export const unknownValue = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** Properties that the engine sent, with secrets as {@link Secret} and assets unchanged. */
export const fromStruct = (struct: Struct | undefined): Properties =>
  unmark(struct?.toJavaScript() ?? {}) as Properties;

function unmark(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(unmark);
  if (typeof value !== "object" || value === null) return value;
  const marked = value as Readonly<Record<string, unknown>>;
  if (marked[signature] === secretSignature) return new Secret(unmark(marked.value));
  return Object.fromEntries(Object.entries(marked).map(([key, item]) => [key, unmark(item)]));
}

/** Properties in the form that the engine reads. */
export function toStruct(properties: Properties): Struct {
  const marked = mark(properties);
  // A message cannot hold `undefined`.
  return Struct.fromJavaScript(JSON.parse(JSON.stringify(marked)) as Parameters<typeof Struct.fromJavaScript>[0]);
}

const mark = (value: unknown): unknown =>
  mapSecrets(value, (secret) => ({ [signature]: secretSignature, value: mark(secret.value) }));

/** True if some part of the value is unknown. */
export function hasUnknown(value: unknown): boolean {
  if (value instanceof Secret) return hasUnknown(value.value);
  if (typeof value !== "object" || value === null) return value === unknownValue;
  return Object.values(value).some(hasUnknown);
}

/** Outputs, secret if listed in `always` or if the input of the same name is secret. */
export function withSecrets(outputs: Properties, inputs: Properties, always: readonly string[] = []): Properties {
  return Object.fromEntries(
    Object.entries(outputs).map(([name, value]) => [
      name,
      always.includes(name) || hasSecret(inputs[name]) ? new Secret(value) : value,
    ]),
  );
}
