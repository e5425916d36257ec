import * as ecr from "@pulumi/aws/ecr";
import * as pulumi from "@pulumi/pulumi";

import type { EcrSpec } from "./settings";

export interface PullThroughCacheArgs {
  /** Rules by repository prefix. */
  readonly rules: EcrSpec["pullThroughCache"];
}

/** Pull-through cache rules of the account's registry in the region. Their repositories outlive them. */
export class PullThroughCache extends pulumi.ComponentResource {
  constructor(name: string, args: PullThroughCacheArgs, options?: pulumi.ComponentResourceOptions) {
    super("holdfast:index:PullThroughCache", name, {}, options);
    for (const [prefix, { upstreamRegistryUrl, credentialArn, create }] of Object.entries(args.rules)) {
      if (!create) continue;
      new ecr.PullThroughCacheRule(
        `${name}-${prefix}`,
        { ecrRepositoryPrefix: prefix, upstreamRegistryUrl, credentialArn },
        { parent: this },
      );
    }
    this.registerOutputs({});
  }
}
