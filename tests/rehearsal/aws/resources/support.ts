import type { CloudResource } from "../../../../rehearsal/aws/resources/resourceHandler";

/** Planned resource with defaults. */
export function planned(type: string, name: string, part: Partial<CloudResource> = {}): CloudResource {
  return { urn: `urn:${type}::${name}`, type, name, id: name, dependsOn: [], inputs: {}, outputs: {}, ...part };
}

/** User data of a launch template. */
export function encoded(text: string): string {
  return Buffer.from(text).toString("base64");
}
