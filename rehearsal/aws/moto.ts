/** The rehearsal's own AWS: moto in server mode, on the loopback of the router's namespace. */
import { DescribeAutoScalingGroupsCommand } from "@aws-sdk/client-auto-scaling";
import { DescribeVolumesCommand } from "@aws-sdk/client-ec2";
import { DescribeLoadBalancersCommand } from "@aws-sdk/client-elastic-load-balancing-v2";
import { ListRolesCommand } from "@aws-sdk/client-iam";
import { ListAliasesCommand } from "@aws-sdk/client-kms";
import { ListHostedZonesCommand } from "@aws-sdk/client-route-53";
import { ListBucketsCommand } from "@aws-sdk/client-s3";
import { DescribeParametersCommand } from "@aws-sdk/client-ssm";
import { GetCallerIdentityCommand } from "@aws-sdk/client-sts";
import type { AwsClients } from "./awsClients";
import { type Service, startService } from "../services/service";

/** Where it listens. */
export const motoAddress = { host: "127.0.0.1", port: 5000 } as const;
export const motoEndpoint = `http://${motoAddress.host}:${motoAddress.port}`;
/** Account that resources belong to: moto's usual one, and the simulated AWS's that plans are made against. */
export const motoAccountId = "123456789012";

/** Starts it; resolves when it answers. Its log and nothing else goes into the directory. */
export async function startMoto(motoServer: string, directory: string): Promise<Service> {
  return startService({
    name: "moto",
    argv: [motoServer, "-H", motoAddress.host, "-p", String(motoAddress.port)],
    directory,
    // Amazon's public images are of no use here and take seconds to load
    environment: { MOTO_ACCOUNT_ID: motoAccountId, MOTO_EC2_LOAD_DEFAULT_AMIS: "false" },
    isReady: async () => (await fetch(`${motoEndpoint}/moto-api/`)).ok,
  });
}

/** Asks each service something, so that moto loads them while the plan is still being made. */
export async function warmUp({
  autoScaling,
  ec2,
  iam,
  kms,
  loadBalancing,
  route53,
  s3,
  ssm,
  sts,
}: AwsClients): Promise<void> {
  await Promise.all([
    autoScaling.send(new DescribeAutoScalingGroupsCommand({})),
    ec2.send(new DescribeVolumesCommand({})),
    iam.send(new ListRolesCommand({})),
    kms.send(new ListAliasesCommand({})),
    loadBalancing.send(new DescribeLoadBalancersCommand({})),
    route53.send(new ListHostedZonesCommand({})),
    s3.send(new ListBucketsCommand({})),
    ssm.send(new DescribeParametersCommand({})),
    sts.send(new GetCallerIdentityCommand({})),
  ]);
}
