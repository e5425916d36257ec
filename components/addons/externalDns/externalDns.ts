import * as pulumi from "@pulumi/pulumi";

import type { AddonArgs } from "../shared/addonArgs";
import { createServiceAccountRole } from "../shared/addonArgs";
import { createChartRelease } from "../shared/chartRelease";
import { externalDnsStatements } from "./role.plan";
import { chart, externalDnsValues, program } from "./values.plan";

/** ExternalDNS: Route 53 records for Services and Ingresses. */
export class ExternalDns extends pulumi.ComponentResource {
  constructor(name: string, args: AddonArgs, options?: pulumi.ComponentResourceOptions) {
    super("holdfast:index:ExternalDns", name, {}, options);
    const { hostedZoneIds } = args.spec.addons.externalDns;
    const role = createServiceAccountRole(
      name,
      args,
      program,
      (scope) => externalDnsStatements(scope, hostedZoneIds),
      this,
    );
    createChartRelease(
      `${name}-chart`,
      { ...chart, values: externalDnsValues(args.spec, role.identity) },
      { parent: this },
    );
    this.registerOutputs();
  }
}
