import { StorageClass } from "@pulumi/kubernetes/storage/v1/storageClass";
import * as pulumi from "@pulumi/pulumi";

import type { AddonArgs } from "../shared/addonArgs";
import { createServiceAccountRole } from "../shared/addonArgs";
import { createChartRelease } from "../shared/chartRelease";
import type { IamScope } from "../shared/iamStatements.plan";
import { ebsCsiDriverStatements } from "./role.plan";
import { storageClass } from "./storageClass.plan";
import {
  driverChart,
  driverValues,
  serviceAccount,
  snapshotControllerChart,
  snapshotControllerValues,
} from "./values.plan";

/** EBS CSI driver with its IAM role, a StorageClass and a snapshot controller. */
export class EbsCsiDriver extends pulumi.ComponentResource {
  constructor(name: string, args: AddonArgs, options?: pulumi.ComponentResourceOptions) {
    super("holdfast:index:EbsCsiDriver", name, {}, options);
    const { spec, disksKeyArn } = args;
    const settings = spec.addons.ebsCsiDriver;

    const statements = (scope: IamScope<pulumi.Output<string>>) =>
      ebsCsiDriverStatements(scope, pulumi.output(disksKeyArn));
    const role = createServiceAccountRole(name, args, serviceAccount, statements, this);
    // The driver's chart creates a VolumeSnapshotClass only if its custom resource definition exists.
    const snapshotController = settings.snapshots.enabled
      ? createChartRelease(
          `${name}-snapshots`,
          { ...snapshotControllerChart, values: snapshotControllerValues(spec.controlPlane) },
          { parent: this },
        )
      : [];
    const driver = createChartRelease(
      `${name}-chart`,
      { ...driverChart, values: driverValues(spec, role.identity) },
      { parent: this, dependsOn: snapshotController },
    );
    // After the driver: claims of a class without its driver stay pending without an event.
    new StorageClass(`${name}-class`, storageClass(settings.storageClass, disksKeyArn), {
      parent: this,
      dependsOn: [driver],
      // Parameters are immutable, and the name is taken until the old class is deleted.
      deleteBeforeReplace: true,
      replaceOnChanges: ["parameters", "reclaimPolicy"],
    });
    this.registerOutputs();
  }
}
