import * as ssm from "@pulumi/aws/ssm";
import type * as pulumi from "@pulumi/pulumi";

import { clusterPath } from "../aws/clusterPath.plan";
import { resourceTags } from "../aws/tags.plan";
import type { ClusterSpec } from "../clusterSpec";
import { membersParameter, renderMembers } from "./membersParameter.plan";

/**
 * SSM parameter of the wanted members. The groups of members depend on it: it is updated before the group of a removed member is
 * deleted, so that the terminating machine takes its member out of etcd.
 */
export function createMembersParameter(name: string, spec: ClusterSpec, parent: pulumi.Resource): ssm.Parameter {
  return new ssm.Parameter(
    name,
    {
      name: `${clusterPath(spec.name)}${membersParameter}`,
      description: `Wanted members of the control plane and of etcd of Kubernetes cluster ${spec.name}`,
      type: "String",
      // Not secret, so that a preview shows which members join or leave.
      insecureValue: renderMembers(spec),
      tags: resourceTags(spec.name, `${spec.name}-members`),
    },
    { parent },
  );
}
