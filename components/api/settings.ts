import { mapping, text, texts } from "../settings/fields";
import type { Parsed } from "../settings/fields";
import { certificateNameRule, cidrRule, dnsNameRule, hostedZoneRule } from "../settings/textRules";

export const apiSettings = mapping({
  allowedCidrs: texts(cidrRule, {
    description: "Ranges outside the VPC that may connect to the internal API address, such as a VPN or a peered VPC.",
  }).default([]),
  public: mapping({
    name: text(dnsNameRule, { description: "DNS name of the public address." }),
    hostedZoneId: text(hostedZoneRule, { description: "Public Route 53 hosted zone for the record of `name`." }),
    allowedCidrs: texts(cidrRule, {
      description: "Ranges that may connect; 0.0.0.0/0 opens the API to the internet.",
    }).min(1),
  })
    .optional()
    .meta({
      description: "Second, internet-facing API address.",
      defaultIs: "absent: not reachable from the internet",
    }),
  certificateSans: texts(certificateNameRule, {
    description: "Additional DNS names and IP addresses in the API servers' certificates.",
  }).default([]),
})
  .prefault({})
  .meta({
    description: "Addresses of the Kubernetes API.",
    examples: [
      {
        allowedCidrs: ["192.168.0.0/16"],
        public: {
          name: "api.prod.example.com",
          hostedZoneId: "Z0123456789ABCDEFGHIJ",
          allowedCidrs: ["203.0.113.0/24"],
        },
      },
    ],
  });

export type ApiSpec = Parsed<typeof apiSettings>;
