import * as ssm from "@pulumi/aws/ssm";
import type * as pulumi from "@pulumi/pulumi";

import type { MachineBasis } from "../machines/machineBasis";
import { resourceTags } from "../aws/tags.plan";
import { restoreOrder, restoreParameter } from "./restoreOrder.plan";

/**
 * Tells members which generation of the data they serve. `roles` are those of the members: the order comes after the leave to
 * read what it names. Who boots members depends on it, so that none ever finds no order.
 */
export function orderRestore(
  name: string,
  { spec, parameters }: MachineBasis,
  roles: readonly pulumi.Resource[],
  parent: pulumi.Resource,
): ssm.Parameter {
  return new ssm.Parameter(
    `${name}-restore`,
    {
      name: `${parameters.prefix}${restoreParameter}`,
      description: `Generation of the data that etcd of Kubernetes cluster ${spec.name} serves`,
      type: "String",
      // Nothing of it is secret, and whoever looks at a preview has to see what is about to be restored.
      insecureValue: restoreOrder(spec.etcd.restore),
      tags: resourceTags(spec.name, `${spec.name}-etcd-restore`),
    },
    { parent, dependsOn: [...roles] },
  );
}
