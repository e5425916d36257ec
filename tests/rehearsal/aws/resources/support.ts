import type { CloudResource } from "../../../../rehearsal/aws/resources/resourceHandler";

/** A planned resource with nothing but what the test is about. */
export function planned(type: string, name: string, part: Partial<CloudResource> = {}): CloudResource {
  return { urn: `urn:${type}::${name}`, type, name, id: name, dependsOn: [], inputs: {}, outputs: {}, ...part };
}

/** The body of a launch template's user data. */
export function encoded(text: string): string {
  return Buffer.from(text).toString("base64");
}
