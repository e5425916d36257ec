import * as iam from "@pulumi/aws/iam";
import * as pulumi from "@pulumi/pulumi";

import { auditGroup } from "../access/audit/auditPolicy.plan";
import { cloudControllerPolicy } from "../addons/cloudController/policy.plan";
import { workerReplacementRules } from "../addons/nodeProblemDetector/workerReplacement.plan";
import { isAddonEnabled } from "../addons/settings";
import { resourceTags } from "../aws/tags.plan";
import type { ClusterSpec } from "../clusterSpec";
import type { Etcd } from "../etcd/etcd";
import { memberNodeConfig, ofMember } from "../etcd/memberIdentity.plan";
import { clientUrls, controlPlaneMembers, etcdMembers } from "../etcd/members.plan";
import type { Member, MemberLetter } from "../etcd/members.plan";
import { isMigrating } from "../etcd/migration.plan";
import type { DiskEncryption } from "../machines/diskEncryption";
import type { InstanceAccess } from "../machines/iamStatements.plan";
import { imageOf } from "../machines/images.plan";
import { InstanceRole } from "../machines/instanceRole";
import type { InstanceRoleArgs } from "../machines/instanceRole";
import { resolveImage } from "../machines/machineImage";
import { createMemberGroup } from "../machines/memberGroup";
import type { ByZone } from "../network/zones.plan";
import { controlPlanePatches } from "../node/kubeadmPatches.plan";
import type { NodeBundle } from "../node/nodeBundle";
import { controlPlanePolicy } from "./instancePolicy.plan";
import { memberRoleName, sharedRoleName } from "./roleNames.plan";

export interface ControlPlaneArgs {
  readonly spec: ClusterSpec;
  readonly access: pulumi.Output<InstanceAccess>;
  readonly bundle: NodeBundle;
  readonly disks: DiskEncryption;
  /** Private subnet by zone name. */
  readonly subnetIds: ByZone<pulumi.Input<string>>;
  readonly securityGroupIds: readonly pulumi.Input<string>[];
  /** Target groups of the API's load balancers. */
  readonly targetGroupArns: readonly pulumi.Input<string>[];
  /** With topology `stacked`, the control plane's instances are its members. */
  readonly etcd: Pick<Etcd, "identity" | "records" | "groups" | "createRestoreParameter">;
  /** URL of the issuer of service account tokens. */
  readonly serviceAccountIssuer: pulumi.Input<string>;
  /** Resources that the first boot of an instance needs. */
  readonly bootAfter: readonly pulumi.Resource[];
}

/** Instances of the control plane: one Auto Scaling group per member. All members are alike; none is the first. */
export class ControlPlane extends pulumi.ComponentResource {
  readonly members: readonly Member[];
  /** ARNs of the members' groups, known once their instances run. */
  readonly groupArns: readonly pulumi.Output<string>[];

  constructor(name: string, args: ControlPlaneArgs, options?: pulumi.ComponentResourceOptions) {
    super("holdfast:index:ControlPlane", name, {}, options);
    const { spec, bundle, disks, etcd, subnetIds, securityGroupIds, targetGroupArns } = args;
    const isStacked = spec.etcd.topology === "stacked";
    this.members = controlPlaneMembers(spec);

    const roles = this.createRoles(name, args);
    const bootAfter = [
      ...args.bootAfter,
      ...etcd.records,
      ...(isStacked ? [etcd.createRestoreParameter([...roles.values()])] : []),
      // No member may leave a machine before the one that takes it over runs.
      ...(isMigrating(spec) ? etcd.groups : []),
    ];
    const image = resolveImage(name, imageOf(spec, "control-plane"), this);
    const patches = controlPlanePatches(spec);
    this.groupArns = this.members.map((member) => {
      const memberConfig = isStacked
        ? memberNodeConfig(etcd.identity, member.name)
        : { member: { name: member.name }, etcdEndpoints: clientUrls(etcdMembers(spec)) };
      const group = createMemberGroup(
        `${name}-${member.name}`,
        {
          spec,
          bundle,
          disks,
          role: "control-plane",
          member,
          machine: spec.controlPlane,
          image,
          node: pulumi.output({ ...memberConfig, serviceAccountIssuer: args.serviceAccountIssuer }),
          patches,
          subnetIds,
          securityGroupIds,
          targetGroupArns,
          instanceProfileArn: ofMember(roles, member.name).instanceProfileArn,
          bootAfter,
        },
        this,
      );
      return group.arn;
    });

    this.registerOutputs({ groupArns: this.groupArns });
  }

  private createRoles(name: string, args: ControlPlaneArgs): ReadonlyMap<MemberLetter, InstanceRole> {
    const { spec, access, etcd } = args;
    const { addons } = spec;
    const features = {
      auditGroup: spec.access.audit.cloudWatch.enabled ? auditGroup(spec.name) : undefined,
      replacesWorkers: workerReplacementRules(addons) !== undefined,
    };
    const managedPolicies = this.createManagedPolicies(name, args);
    const createRole = (roleName: string, role: Pick<InstanceRoleArgs, "member" | "policy">) =>
      new InstanceRole(roleName, { spec, role: "control-plane", managedPolicies, ...role }, { parent: this });

    // One role per member limits a member to its own volume, DNS name and backups.
    const createMemberRoles = () =>
      this.members.map(({ name: member }) => {
        const policy = pulumi
          .all([access, ofMember(etcd.identity.access, member)])
          .apply(([shared, own]) => controlPlanePolicy(shared, { ...features, etcd: own }));
        return [member, createRole(memberRoleName(name, member), { member, policy })] as const;
      });
    if (spec.etcd.topology === "stacked") return new Map(createMemberRoles());
    // Machines that still run members need their roles until they are replaced.
    if (isMigrating(spec)) createMemberRoles();
    const policy = access.apply((shared) => controlPlanePolicy(shared, features));
    const shared = createRole(sharedRoleName(name), { policy });
    return new Map(this.members.map((member) => [member.name, shared]));
  }

  /** Policies of add-ons that use the instance role, by purpose. */
  private createManagedPolicies(
    name: string,
    { spec, access }: ControlPlaneArgs,
  ): Readonly<Record<string, pulumi.Output<string>>> {
    if (!isAddonEnabled(spec, "cloudController")) return {};
    const policy = new iam.Policy(
      `${name}-cloud-controller`,
      {
        description: `Cloud controller of Kubernetes cluster ${spec.name}`,
        policy: pulumi.jsonStringify(access.apply(cloudControllerPolicy)),
        tags: resourceTags(spec.name, `${spec.name}-cloud-controller`),
      },
      { parent: this },
    );
    return { "cloud-controller": policy.arn };
  }
}
