import { StorageClass } from "@pulumi/kubernetes/storage/v1/storageClass";
import * as pulumi from "@pulumi/pulumi";

import { ServiceAccountRole } from "../../access/serviceAccounts/serviceAccountRole";
import type { ControllerArgs } from "../shared/controller";
import { reachOf } from "../shared/controller";
import { deployChart } from "../shared/deployChart";
import { controllerCharts } from "../shared/charts.plan";
import { ebsController, ebsStatements, ebsValues, snapshotValues, storageClass } from "./values.plan";

export interface EbsCsiArgs extends ControllerArgs {
  /** The cluster's key for disks: volumes of pods are under it, too. */
  readonly disksKeyArn: pulumi.Input<string>;
}

/** Volumes for pods: the EBS CSI driver, its role, the class that claims get, and snapshots. */
export class EbsCsi extends pulumi.ComponentResource {
  readonly roleArn: pulumi.Output<string>;

  constructor(name: string, args: EbsCsiArgs, options?: pulumi.ComponentResourceOptions) {
    super("holdfast:index:EbsCsi", name, {}, options);
    const { spec, account, issuer, disksKeyArn } = args;
    const settings = spec.platform.ebsCsi;

    const role = new ServiceAccountRole(
      `${name}-role`,
      {
        cluster: spec.name,
        account,
        issuer,
        ...ebsController,
        policy: ebsStatements(reachOf(spec, account), pulumi.output(disksKeyArn)),
      },
      { parent: this },
    );
    // First, for the driver's chart asks the API whether there is such a thing as a snapshot.
    const snapshots = settings.snapshots.enabled
      ? [
          deployChart(
            `${name}-snapshots`,
            {
              release: "snapshot-controller",
              from: controllerCharts.snapshotController,
              values: snapshotValues(spec.controlPlane),
            },
            { parent: this },
          ),
        ]
      : [];
    const driver = deployChart(
      `${name}-driver`,
      {
        release: "aws-ebs-csi-driver",
        from: controllerCharts.ebsCsi,
        values: ebsValues(spec, settings, role.identity),
      },
      { parent: this, dependsOn: snapshots },
    );
    // After the driver: a claim of a class whose driver is not there waits, and nobody sees why.
    new StorageClass(`${name}-class`, storageClass(settings, disksKeyArn), {
      parent: this,
      dependsOn: [driver],
      // Its parameters cannot be changed, and two of one name not be there at a time.
      deleteBeforeReplace: true,
      replaceOnChanges: ["parameters", "reclaimPolicy"],
    });

    this.roleArn = role.roleArn;
    this.registerOutputs({ roleArn: this.roleArn });
  }
}
