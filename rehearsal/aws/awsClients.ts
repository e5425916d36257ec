/** Clients for the rehearsal's own AWS: plain HTTP, credentials that open nothing elsewhere. */
import { AutoScalingClient } from "@aws-sdk/client-auto-scaling";
import { EC2Client } from "@aws-sdk/client-ec2";
import { ElasticLoadBalancingClient } from "@aws-sdk/client-elastic-load-balancing";
import { ElasticLoadBalancingV2Client } from "@aws-sdk/client-elastic-load-balancing-v2";
import { IAMClient } from "@aws-sdk/client-iam";
import { KMSClient } from "@aws-sdk/client-kms";
import { Route53Client } from "@aws-sdk/client-route-53";
import { S3Client } from "@aws-sdk/client-s3";
import { SSMClient } from "@aws-sdk/client-ssm";
import { STSClient } from "@aws-sdk/client-sts";
import { type JsonCall, jsonCaller } from "./jsonCall";

export interface AwsClients {
  /** Calls CloudWatch Logs, of which one operation is not worth a client: its name and its parameters. */
  readonly logs: (operation: string, parameters: object) => Promise<void>;
  readonly autoScaling: AutoScalingClient;
  readonly classicLoadBalancing: ElasticLoadBalancingClient;
  readonly ec2: EC2Client;
  readonly iam: IAMClient;
  readonly kms: KMSClient;
  readonly loadBalancing: ElasticLoadBalancingV2Client;
  readonly route53: Route53Client;
  readonly s3: S3Client;
  readonly ssm: SSMClient;
  readonly sts: STSClient;
  /** Services without a client here. */
  readonly call: JsonCall;
}

export function awsClients(endpoint: string, region: string): AwsClients {
  const settings = { endpoint, region, credentials: { accessKeyId: "rehearsal", secretAccessKey: "rehearsal" } };
  return {
    logs: (operation, parameters) => callLogs(endpoint, region, operation, parameters),
    autoScaling: new AutoScalingClient(settings),
    classicLoadBalancing: new ElasticLoadBalancingClient(settings),
    ec2: new EC2Client(settings),
    iam: new IAMClient(settings),
    kms: new KMSClient(settings),
    loadBalancing: new ElasticLoadBalancingV2Client(settings),
    route53: new Route53Client(settings),
    s3: new S3Client({ ...settings, forcePathStyle: true }),
    ssm: new SSMClient(settings),
    sts: new STSClient(settings),
    call: jsonCaller(endpoint, region),
  };
}

/** moto reads the service off the credential's scope and asks for no signature. */
async function callLogs(endpoint: string, region: string, operation: string, parameters: object): Promise<void> {
  const response = await fetch(endpoint, {
    method: "POST",
    headers: {
      authorization: `AWS4-HMAC-SHA256 Credential=rehearsal/20260101/${region}/logs/aws4_request, SignedHeaders=host, Signature=0`,
      "content-type": "application/x-amz-json-1.1",
      "x-amz-target": `Logs_20140328.${operation}`,
    },
    body: JSON.stringify(parameters),
  });
  if (!response.ok) throw new Error(`${operation}: ${String(response.status)} ${await response.text()}`);
}
