import { getSubnet } from "@pulumi/aws/ec2/getSubnet";
import { getVpc } from "@pulumi/aws/ec2/getVpc";
import type * as pulumi from "@pulumi/pulumi";

import type { SettingPath } from "../settings/problems";
import { formatProblems, toProblem } from "../settings/problems";
import { plainError } from "../plainError";
import { checkExistingVpc } from "./existingVpcChecks";
import type { NetworkSpec } from "./settings";

/**
 * Compares an existing VPC and its subnets in AWS with the settings; previews do so as well. Rejects with all differences, or
 * with the provider's error if one of them does not exist.
 */
export async function verifyExistingVpc({ vpc }: NetworkSpec, options: pulumi.InvokeOptions): Promise<void> {
  if (vpc.source !== "existing") return;
  const subnets = (["privateSubnets", "publicSubnets"] as const).flatMap((kind) =>
    Object.entries(vpc[kind]).map(async ([zone, id]) => {
      const path: SettingPath = ["network", "vpc", kind, zone];
      return { path, id, zone, facts: await getSubnet({ id }, options) };
    }),
  );
  const [facts, ...used] = await Promise.all([getVpc({ id: vpc.id }, options), ...subnets]);
  const problems = [...checkExistingVpc(vpc, facts, used)].map(toProblem);
  if (problems.length > 0) throw plainError(formatProblems(problems));
}
