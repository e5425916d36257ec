import { stringify } from "yaml";

/** Where the API server finds its configurations, on the machine and in its container. */
export const configDirectory = "/etc/kubernetes/apiserver";

/** A flag of a component, as kubeadm lists them. */
export interface Flag {
  readonly name: string;
  readonly value: string;
}

/** What a part of the API server's configuration comes to. */
export interface ServerConfig {
  readonly flags: readonly Flag[];
  /** Text by file name below {@link configDirectory}. */
  readonly files: Readonly<Record<string, string>>;
}

/** A document as YAML; long expressions stay on their line. */
export function yamlDocument(document: object): string {
  return stringify(document, { lineWidth: 0 });
}
