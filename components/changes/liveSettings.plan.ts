/**
 * Settings of the deployed cluster that the next update is compared with. The stack output `liveSettings` holds them: the
 * engine replaces outputs when an update succeeds and keeps them when it fails (pulumi/pulumi, pkg/resource/deploy/step_executor.go,
 * executeRegisterResourceOutputs), so that a failed update does not count as deployed.
 */

import { z } from "zod";

import type { ClusterSpec } from "../clusterSpec";
import { etcdMembers, memberLetters } from "../etcd/members.plan";
import { describeWindow } from "../maintenance/windows.plan";
import { componentVersions } from "../node/kubernetesVersions.plan";
import { groupsOf } from "../workers/pools.plan";

/** Name of the stack output. */
export const liveSettingsOutput = "liveSettings";

/** Pod network of a cluster with `addons.enabled: false`. */
export const withoutAddons = "no add-ons";

const names = z.array(z.string());

const liveSettings = z.object({
  name: z.string(),
  region: z.string(),
  domain: z.string(),
  kubernetesVersion: z.string(),
  /** Minor version that the control plane emulates. */
  emulatedVersion: z.string().optional(),
  etcdVersion: z.string(),
  network: z.object({
    /** Id of an existing VPC, or range of one that the stack created. */
    vpc: z.object({ source: z.enum(["create", "existing"]), identity: z.string() }),
    /** Full names, in the order in which members are spread over them. */
    zones: names,
    podCidr: z.string(),
    nodeCidrMaskSize: z.number(),
    serviceCidr: z.string(),
  }),
  /** Provider in the settings, or {@link withoutAddons}. */
  podNetwork: z.string(),
  serviceAccountIssuer: z.string(),
  controlPlane: z.object({ members: z.number() }),
  etcd: z.object({
    topology: z.enum(["stacked", "external"]),
    /** Topology that the members of a running migration come from. */
    migrateFrom: z.literal("stacked").optional(),
    members: z.number(),
    /** Data volumes, those of members that have left included; absent in records of earlier versions. */
    volumes: z.array(z.object({ name: z.enum(memberLetters), zone: z.string() })).optional(),
    volumeGiB: z.number(),
    /** Generation of the data: 1 before the first restore. */
    generation: z.number(),
    objectLock: z.boolean(),
    /** Region of the backup copies. */
    copyTo: z.string().optional(),
  }),
  encryption: z.object({ provider: z.enum(["secretbox", "none"]), keys: names, resources: names }),
  /** Worker pools by name, with their Auto Scaling groups; without a version in records of earlier versions: the cluster's. */
  pools: z.record(z.string(), z.object({ max: z.number(), groups: names, kubernetesVersion: z.string().optional() })),
  /** Texts for people. Absent in records of versions without maintenance windows. */
  maintenanceWindows: names.default([]),
  /** Tenants with a namespace. */
  tenants: names,
  /** Names whose loss the last update was allowed. */
  confirmLoss: names,
});

export type LiveSettings = Readonly<z.infer<typeof liveSettings>>;

/** The settings of a cluster, as the stack records them; with the volumes of its members only. */
export function toLiveSettings(spec: ClusterSpec): LiveSettings {
  const { network, etcd, addons, access } = spec;
  const { vpc, zones, podCidr, nodeCidrMaskSize, serviceCidr } = network;
  return {
    name: spec.name,
    region: spec.region,
    domain: spec.domain,
    kubernetesVersion: spec.kubernetesVersion,
    ...(spec.emulatedVersion !== undefined && { emulatedVersion: spec.emulatedVersion }),
    etcdVersion: componentVersions(spec.kubernetesVersion).etcd,
    network: {
      vpc: { source: vpc.source, identity: vpc.source === "existing" ? vpc.id : vpc.cidr },
      zones: [...zones],
      podCidr,
      nodeCidrMaskSize,
      serviceCidr,
    },
    podNetwork: addons.enabled ? addons.podNetwork.provider : withoutAddons,
    serviceAccountIssuer: access.serviceAccountIssuer,
    controlPlane: { members: spec.controlPlane.members },
    etcd: {
      topology: etcd.topology,
      ...(etcd.topology === "external" && etcd.migrateFrom !== undefined && { migrateFrom: etcd.migrateFrom }),
      members: etcd.topology === "external" ? etcd.members : spec.controlPlane.members,
      volumes: etcdMembers(spec).map(({ name: member, zone }) => ({ name: member, zone })),
      volumeGiB: etcd.volume.sizeGiB,
      generation: etcd.restore?.generation ?? 1,
      objectLock: etcd.backups.objectLock !== undefined,
      ...(etcd.backups.copyTo && { copyTo: etcd.backups.copyTo.region }),
    },
    encryption: {
      provider: access.encryption.provider,
      keys: [...access.encryption.keys],
      resources: [...access.encryption.resources],
    },
    pools: Object.fromEntries(
      Object.entries(spec.workers).map(([name, { max, kubernetesVersion }]) => [
        name,
        { max, groups: groupsOf(spec, name).map(({ groupName }) => groupName), kubernetesVersion },
      ]),
    ),
    maintenanceWindows: spec.maintenance.windows.map(describeWindow),
    tenants: addons.enabled ? Object.keys(spec.tenants) : [],
    confirmLoss: [...spec.confirmLoss],
  };
}

/** Kubernetes version of a worker pool; undefined for an unknown pool. */
export function poolVersion({ pools, kubernetesVersion }: LiveSettings, name: string): string | undefined {
  const pool = pools[name];
  return pool && (pool.kubernetesVersion ?? kubernetesVersion);
}

/**
 * Reads the record of a stack.
 * @returns undefined for a stack without it: a new one, or one of an earlier version of Holdfast.
 * @throws Error if the record has another form.
 */
export function parseLiveSettings(value: unknown): LiveSettings | undefined {
  if (value === undefined) return undefined;
  const parsed = liveSettings.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new Error(
    `${liveSettingsOutput}.${issue?.path.join(".") ?? ""}: ${issue?.message ?? ""}; use the version of Holdfast that deployed the stack`,
  );
}
