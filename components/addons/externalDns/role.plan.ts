import type { IamScope, Statement } from "../shared/iamStatements.plan";

/** IAM policy of ExternalDNS: find hosted zones, and change records in those of the settings. */
export function externalDnsStatements<Arn>(
  { partition }: IamScope<Arn>,
  hostedZoneIds: readonly string[],
): readonly Statement<Arn>[] {
  const zones = hostedZoneIds.map((id) => `arn:${partition}:route53:::hostedzone/${id}`);
  return [
    // Route 53 is a global service: the action supports neither resources nor regions.
    { Sid: "FindHostedZones", Effect: "Allow", Action: ["route53:ListHostedZones"], Resource: ["*"] },
    {
      Sid: "ChangeRecords",
      Effect: "Allow",
      Action: ["route53:ChangeResourceRecordSets", "route53:ListResourceRecordSets", "route53:ListTagsForResources"],
      Resource: zones,
    },
  ];
}
