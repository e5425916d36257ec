/** Helm releases: the chart itself is not read. */

import { valid } from "semver";

import { resourceType } from "../core/resourceType";
import type { Properties } from "../core/resourceType";
import { show } from "../core/text";
import { bornNamespaces, namespaceToken } from "./kinds";
import { nameProblem } from "./names";

/** Characters that Helm allows in a release's name. */
const longestName = 53;

export const releaseToken = "kubernetes:helm.sh/v3:Release";

export const releaseType = resourceType<Properties>({
  token: releaseToken,
  replaceOn: ["name", "namespace"],
  autoName: { property: "name", longest: longestName },
  unique: ({ name, namespace = "default" }) => ({
    key: `${show(namespace)}/${show(name)}`,
    property: "name",
    code: "AlreadyExists",
    message: "cannot re-use a name that is still in use",
  }),
  check({ inputs, refuse, world }) {
    const name = show(inputs.name);
    if (name.length > longestName || nameProblem(name, "subdomain") !== undefined) {
      refuse("name", "Invalid", `release name ${name} is invalid: lower case letters, digits and -, at most 53`);
    }
    if (typeof inputs.chart !== "string" || inputs.chart === "") refuse("chart", "Invalid", "a chart is required");
    const { repo } = (inputs.repositoryOpts ?? {}) as Properties;
    const isAddress = (text: unknown): boolean => typeof text === "string" && /^(https|oci):\/\//.test(text);
    if (!isAddress(repo) && !isAddress(inputs.chart)) {
      refuse("repositoryOpts.repo", "NotFound", `no repository has the chart ${show(inputs.chart)}`);
    }
    if (inputs.version !== undefined && valid(show(inputs.version)) === null) {
      refuse("version", "Invalid", `${show(inputs.version)} is no version of a chart`);
    }
    const namespace = show(inputs.namespace ?? "default");
    const exists = bornNamespaces.includes(namespace) || world.find(namespaceToken, "id", namespace) !== undefined;
    if (!exists && inputs.createNamespace !== true) {
      refuse("namespace", "NotFound", `namespaces "${namespace}" not found`);
    }
  },
  create: ({ inputs }) => ({
    id: `${show(inputs.namespace ?? "default")}/${show(inputs.name)}`,
    outputs: {
      status: { status: "deployed", name: inputs.name, namespace: inputs.namespace, version: inputs.version },
    },
  }),
});
