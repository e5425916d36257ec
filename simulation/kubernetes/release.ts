/** Helm releases. The simulation does not read charts. */

import { valid } from "semver";

import { resourceType } from "../core/resourceType";
import type { Properties } from "../core/resourceType";
import { toText } from "../core/text";
import { initialNamespaces, namespaceToken } from "./kinds";
import { nameProblem } from "./names";

/** Longest release name that Helm allows. */
const maxName = 53;

export const releaseToken = "kubernetes:helm.sh/v3:Release";

const isRepository = (text: unknown): boolean => typeof text === "string" && /^(https|oci):\/\//.test(text);

export const releaseType = resourceType<Properties>({
  token: releaseToken,
  replaceOn: ["name", "namespace"],
  autoName: { property: "name" },
  // The provider always creates the new release first.
  keepsName: () => false,
  unique: ({ name, namespace = "default" }) => ({
    key: `${toText(namespace)}/${toText(name)}`,
    property: "name",
    code: "AlreadyExists",
    message: "cannot re-use a name that is still in use",
  }),
  check({ inputs, refuse, world }) {
    const name = toText(inputs.name);
    if (name.length > maxName || nameProblem(name, "subdomain") !== undefined) {
      refuse("name", "Invalid", `release name ${name} is invalid: lower case letters, digits and -, at most 53`);
    }
    const { repo } = (inputs.repositoryOpts ?? {}) as Properties;
    if (!isRepository(repo) && !isRepository(inputs.chart)) {
      refuse("repositoryOpts.repo", "NotFound", `no repository has the chart ${toText(inputs.chart)}`);
    }
    if (inputs.version !== undefined && valid(toText(inputs.version)) === null) {
      refuse("version", "Invalid", `${toText(inputs.version)} is not an exact chart version`);
    }
    const namespace = toText(inputs.namespace ?? "default");
    const exists = initialNamespaces.includes(namespace) || world.find(namespaceToken, "id", namespace) !== undefined;
    if (!exists && inputs.createNamespace !== true) {
      refuse("namespace", "NotFound", `namespaces "${namespace}" not found`);
    }
  },
  create: ({ inputs }) => ({
    id: `${toText(inputs.namespace ?? "default")}/${toText(inputs.name)}`,
    outputs: {
      status: { status: "deployed", name: inputs.name, namespace: inputs.namespace, version: inputs.version },
    },
  }),
});
