/** Settings of a new stack. Pure. */
import { defaultKubernetesVersion } from "../../components/node/kubernetesVersions.plan";
import { zonesOf } from "../../components/settings/regions";
import type { Architecture } from "../../components/settings/instanceTypes";
import { environmentOf } from "../../policies/model/levels";
import type { Environment } from "../../policies/model/levels";
import { ownershipTags } from "../../policies/model/ownershipTags";

export const profiles = ["development", "staging", "production"] as const;
export type Profile = (typeof profiles)[number];

const profilesByEnvironment: Readonly<Record<Environment, Profile>> = {
  dev: "development",
  staging: "staging",
  prod: "production",
};

/** Profile that fulfills the policies of a stack of this name. */
export const profileOf = (stack: string): Profile => profilesByEnvironment[environmentOf(stack)];

/** Choices for a new stack. All but the region have defaults. */
export interface NewStack {
  readonly stack: string;
  readonly region: string;
  /** Defaults of all other choices. */
  readonly profile: Profile;
  /** Name of the cluster. Default: the stack's. */
  readonly name?: string | undefined;
  /** Default: that of the settings. */
  readonly kubernetesVersion?: string | undefined;
  /** Number of availability zones. */
  readonly zones?: number | undefined;
  /** Number of control-plane machines, and of etcd machines with external etcd. */
  readonly members?: number | undefined;
  readonly etcd?: "stacked" | "external" | undefined;
  readonly nat?: "perZone" | "single" | undefined;
  readonly arch?: Architecture | undefined;
  /** Limits of the number of workers. */
  readonly min?: number | undefined;
  readonly max?: number | undefined;
  readonly spot?: boolean | undefined;
  readonly protect?: boolean | undefined;
  /** Tags of every AWS resource. Default of `environment`: the stack's name. */
  readonly tags?: Readonly<Record<string, string>> | undefined;
}

const tagsOf = ({ stack, tags }: Pick<NewStack, "stack" | "tags">): Readonly<Record<string, string>> => ({
  environment: stack,
  ...tags,
});

/** Keys of tags without which the policies refuse the stack. */
export function missingTags(choices: Pick<NewStack, "stack" | "tags">): readonly string[] {
  if (ownershipTags.levels[environmentOf(choices.stack)] !== "mandatory") return [];
  const tags = tagsOf(choices);
  return ownershipTags.keys.filter((key) => tags[key] === undefined);
}

type Defaults = Required<Pick<NewStack, "zones" | "members" | "etcd" | "nat" | "min" | "max" | "spot" | "protect">>;

export const profileDefaults: Readonly<Record<Profile, Defaults>> = {
  development: { zones: 1, members: 1, etcd: "stacked", nat: "single", min: 1, max: 5, spot: true, protect: false },
  staging: { zones: 3, members: 3, etcd: "stacked", nat: "single", min: 2, max: 10, spot: false, protect: false },
  production: { zones: 3, members: 3, etcd: "external", nat: "perZone", min: 3, max: 30, spot: false, protect: true },
};

/** Instance types by size. Workers on spot name several types of one size, so that capacity is available more often. */
const instanceTypes = {
  amd64: { member: "m6i.large", worker: "m6i.large", spot: ["m6i.large", "m6a.large", "m5.large", "m5a.large"] },
  arm64: { member: "m7g.large", worker: "m7g.large", spot: ["m7g.large", "m6g.large", "r6g.large", "c7g.xlarge"] },
} as const;

/** Value of `holdfast:cluster` in the stack file. */
export function planNewStack(choices: NewStack): Readonly<Record<string, unknown>> {
  const defaults = profileDefaults[choices.profile];
  const { zones = defaults.zones, members = defaults.members, etcd = defaults.etcd, nat = defaults.nat } = choices;
  const { spot = defaults.spot, protect = defaults.protect, arch = "amd64" } = choices;
  const types = instanceTypes[arch];
  // A limit alone moves the other one, if it would be beyond.
  const min = choices.min ?? Math.min(defaults.min, choices.max ?? Infinity);
  const max = choices.max ?? Math.max(defaults.max, min);
  return {
    name: choices.name ?? choices.stack,
    kubernetesVersion: choices.kubernetesVersion ?? defaultKubernetesVersion,
    protect,
    tags: tagsOf(choices),
    network: {
      zones: zonesOf(choices.region)
        .slice(0, zones)
        .map((zone) => zone.slice(-1)),
      nat,
    },
    etcd: { topology: etcd, ...(etcd === "external" && { members, instanceType: types.member }) },
    controlPlane: { members, instanceType: types.member },
    workers: {
      general: {
        instanceTypes: spot ? types.spot : [types.worker],
        min,
        max,
        ...(spot && { onDemand: { percentAboveBase: 0 } }),
      },
    },
  };
}
