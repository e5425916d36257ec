/** What machines are built on, for tests of the components that make machines. */

import * as pulumi from "@pulumi/pulumi";
import { parse } from "yaml";

import { awsAccount } from "../components/aws/account";
import type { ClusterSpec } from "../components/clusterSpec";
import { DiskEncryption } from "../components/machines/diskEncryption";
import type { MachineBasis } from "../components/machines/machineBasis";
import { NodeBundle } from "../components/node/nodeBundle";
import type { NodeConfig } from "../components/node/nodeConfig.plan";
import { region } from "./mocks";
import { specOf } from "./specs";

/** Subnets of the three zones that test clusters are in. */
export const subnetIds = {
  "eu-central-1a": "subnet-a",
  "eu-central-1b": "subnet-b",
  "eu-central-1c": "subnet-c",
} as const;

/** A cluster in three zones, with one pool, changed by `settings`. */
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

/** Call inside `deploy`. */
export function basisOf(spec: ClusterSpec): MachineBasis {
  const account = awsAccount(region, {});
  const { name: cluster, protect } = spec;
  return {
    spec,
    account,
    bundle: new NodeBundle("blue-bundle", { spec, account, accessLogsBucket: "logs" }),
    disks: new DiskEncryption("blue-disks", { cluster, account, protect }),
    parameters: { prefix: "/holdfast/blue", secretsKeyArn: "arn:aws:kms:eu-central-1:123456789012:key/secrets" },
    bootAfter: [new pulumi.ComponentResource("test:index:Routes", "routes")],
  };
}

/** What a launch template tells its machines, and the whole text. */
export function readUserData(encoded: unknown): { readonly node: NodeConfig; readonly text: string } {
  const text = Buffer.from(encoded as string, "base64").toString();
  const { write_files } = parse(text, { version: "1.1" }) as { write_files: { path: string; content: string }[] };
  const file = write_files.find(({ path }) => path === "/etc/holdfast/node.json");
  return { node: JSON.parse(file?.content ?? "") as NodeConfig, text };
}

/** Remembers what an async function gave for arguments that are equal as JSON: a deployment is read by many tests. */
export function remembered<A, T>(run: (argument: A) => Promise<T>): (argument: A) => Promise<T> {
  const results = new Map<string, Promise<T>>();
  return (argument) => {
    const key = JSON.stringify(argument);
    const result = results.get(key) ?? run(argument);
    results.set(key, result);
    return result;
  };
}
