/** Specifications and shared arguments for tests of components that create instances. */

import * as pulumi from "@pulumi/pulumi";
import { parse } from "yaml";

import { fetchAwsAccount } from "../components/aws/awsAccount";
import type { ClusterSpec } from "../components/clusterSpec";
import { DiskEncryption } from "../components/machines/diskEncryption";
import { instanceAccess } from "../components/machines/instanceAccess";
import { NodeBundle } from "../components/node/nodeBundle";
import type { NodeConfig } from "../components/node/nodeConfig.plan";
import { region } from "./mocks";
import { specOf } from "./specs";

/** Subnets of the test clusters' three zones. */
export const subnetIds = {
  "eu-central-1a": "subnet-a",
  "eu-central-1b": "subnet-b",
  "eu-central-1c": "subnet-c",
} as const;

/** Specification of a cluster in three zones with one pool, changed by `settings`. */
export function threeZones(settings: object = {}): ClusterSpec {
  return specOf({
    name: "blue",
    domain: "blue.example.internal",
    network: { zones: Object.keys(subnetIds) },
    workers: { general: { instanceTypes: ["m7i.large"], min: 1, max: 3 } },
    tags: { "example.com/owner": "platform" },
    ...settings,
  });
}

/** Arguments that etcd, the control plane and the workers share. Call inside `deploy`. */
export function instanceArgs(spec: ClusterSpec) {
  const awsAccount = fetchAwsAccount(region, {});
  const { name: cluster, protect } = spec;
  const bundle = new NodeBundle("blue-bundle", { spec, awsAccount, accessLogsBucket: "logs" });
  const secretsKeyArn = "arn:aws:kms:eu-central-1:123456789012:key/secrets";
  return {
    spec,
    awsAccount,
    access: instanceAccess({ spec, awsAccount, bundle, secretsKeyArn }),
    bundle,
    disks: new DiskEncryption("blue-disks", { cluster, awsAccount, protect }),
    subnetIds,
    bootAfter: [new pulumi.ComponentResource("test:index:Routes", "routes")],
  };
}

/** User data of a launch template, and the `node.json` in it. */
export function readUserData(encoded: unknown): { readonly node: NodeConfig; readonly text: string } {
  const text = Buffer.from(encoded as string, "base64").toString();
  const { write_files } = parse(text, { version: "1.1" }) as { write_files: { path: string; content: string }[] };
  const file = write_files.find(({ path }) => path === "/etc/holdfast/node.json");
  return { node: JSON.parse(file?.content ?? "") as NodeConfig, text };
}

/** Caches the results of an async function by argument (as JSON): many tests read one deployment. */
export function cached<A, T>(run: (argument: A) => Promise<T>): (argument: A) => Promise<T> {
  const results = new Map<string, Promise<T>>();
  return (argument) => {
    const key = JSON.stringify(argument);
    const result = results.get(key) ?? run(argument);
    results.set(key, result);
    return result;
  };
}
