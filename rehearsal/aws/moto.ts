/** The rehearsed AWS: moto in server mode, on the loopback of the router's namespace. */
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

export const motoAddress = { host: "127.0.0.1", port: 5000 } as const;
export const motoEndpoint = `http://${motoAddress.host}:${motoAddress.port}`;
/** Account of the resources: moto's default, and that of the simulated AWS behind plans. */
export const motoAccountId = "123456789012";

/** Starts moto; resolves when it answers. The directory receives its log. */
export async function startMoto(
  motoServer: string,
  directory: string,
  port: number = motoAddress.port,
): Promise<Service> {
  return startService({
    name: "moto",
    argv: [motoServer, "-H", motoAddress.host, "-p", String(port)],
    directory,
    // The list of Amazon's public images takes seconds to load and is not used.
    environment: { MOTO_ACCOUNT_ID: motoAccountId, MOTO_EC2_LOAD_DEFAULT_AMIS: "false" },
    isReady: async () => (await fetch(`http://${motoAddress.host}:${port}/moto-api/`)).ok,
  });
}

/** Calls each service once, so that moto loads it while the plan is being created. */
export async function warmUp(aws: AwsClients): Promise<void> {
  const { autoScaling, ec2, iam, kms, loadBalancing, route53, s3, ssm, sts } = aws;
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
