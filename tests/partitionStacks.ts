/** Plans outside the partition `aws`, with all features that name AWS services, accounts or hosts. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";

import { planStack } from "../plan/planStack";
import type { Plan } from "../plan/planStack";

const cluster = (partition: string, copyRegion: string) => ({
  name: "abroad",
  network: { zones: ["a", "b"], interfaceEndpoints: true },
  protect: false,
  etcd: {
    topology: "external",
    members: 3,
    backups: { objectLock: { mode: "governance", days: 7 }, copyTo: { region: copyRegion } },
  },
  alarms: { email: ["kubernetes@example.com"] },
  workers: { general: { instanceTypes: ["m6i.large"] }, gpu: { instanceTypes: ["g4dn.xlarge"], gpu: true } },
  addons: { externalDns: { enabled: true, hostedZoneIds: ["Z0123456789ABC"] } },
  tenants: {
    shop: {
      serviceAccounts: { reports: { aws: [{ actions: ["s3:GetObject"], resources: [`arn:${partition}:s3:::r/*`] }] } },
    },
  },
});

/** Region of each partition, and another one for copies of backups. */
export const partitionRegions = {
  "aws-cn": { region: "cn-north-1", copyRegion: "cn-northwest-1" },
  "aws-us-gov": { region: "us-gov-west-1", copyRegion: "us-gov-east-1" },
} as const;

export async function planPartition(partition: keyof typeof partitionRegions): Promise<Plan> {
  const { region, copyRegion } = partitionRegions[partition];
  const directory = mkdtempSync(join(tmpdir(), "holdfast-partition-"));
  try {
    const config = { "aws:region": region, "holdfast:cluster": cluster(partition, copyRegion) };
    writeFileSync(join(directory, "Pulumi.abroad.yaml"), stringify({ config }));
    return await planStack("abroad", { directory });
  } finally {
    rmSync(directory, { recursive: true });
  }
}
