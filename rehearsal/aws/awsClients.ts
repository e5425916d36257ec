/** Clients of the rehearsed AWS: plain HTTP, with credentials that are worthless elsewhere. */
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
import { administratorCredentials } from "./administrator";

/**
 * Calls a service that speaks JSON. `target` is the protocol's header, e.g. `AmazonSQS.CreateQueue`. Rejects with the
 * service's message.
 */
export type JsonCall = (service: string, target: string, body: object) => Promise<Record<string, unknown>>;

export interface AwsClients {
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
  /** For services of which single operations are used. */
  readonly call: JsonCall;
}

export function awsClients(endpoint: string, region: string): AwsClients {
  const settings = { endpoint, region, credentials: administratorCredentials };
  return {
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

export function jsonCaller(endpoint: string, region: string): JsonCall {
  return async (service, target, body) => {
    // moto takes the service and the region from the credential's scope and checks no signature.
    const scope = `rehearsal/20260101/${region}/${service}/aws4_request`;
    const response = await fetch(endpoint, {
      method: "POST",
      headers: {
        "content-type": "application/x-amz-json-1.1",
        "x-amz-target": target,
        authorization: `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=0`,
      },
      body: JSON.stringify(body),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${target}: status ${response.status}: ${text.slice(0, 300)}`);
    return text === "" ? {} : (JSON.parse(text) as Record<string, unknown>);
  };
}
