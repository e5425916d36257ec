/** Answers of AWS to a request without a valid signature or without permission, and its internal errors, by protocol. Pure. */
import type { AwsReply } from "../api/awsApi";
import { AwsRefusal } from "../api/awsRefusal";
import { escapeXml, refusalReply } from "../api/queryProtocol";
import type { Scope } from "./requests/types";
import type { SignatureFault } from "./signature";

export type Fault = SignatureFault | "denied" | "internal";

type Protocol = "ec2" | "json" | "query" | "s3";

/** Error codes (API references, "Common Errors"; EC2 and S3 have their own lists). */
const codes: Readonly<Record<Fault, Readonly<Record<Protocol, string>>>> = {
  denied: { ec2: "UnauthorizedOperation", json: "AccessDeniedException", query: "AccessDenied", s3: "AccessDenied" },
  internal: { ec2: "InternalError", json: "InternalServerError", query: "InternalFailure", s3: "InternalError" },
  "expired credentials": {
    ec2: "RequestExpired",
    json: "ExpiredTokenException",
    query: "ExpiredToken",
    s3: "ExpiredToken",
  },
  missing: {
    ec2: "MissingAuthenticationToken",
    json: "MissingAuthenticationTokenException",
    query: "MissingAuthenticationToken",
    s3: "AccessDenied",
  },
  "unknown key": {
    ec2: "AuthFailure",
    json: "UnrecognizedClientException",
    query: "InvalidClientTokenId",
    s3: "InvalidAccessKeyId",
  },
  "wrong signature": {
    ec2: "SignatureDoesNotMatch",
    json: "InvalidSignatureException",
    query: "SignatureDoesNotMatch",
    s3: "SignatureDoesNotMatch",
  },
  "wrong time": {
    ec2: "RequestExpired",
    json: "InvalidSignatureException",
    query: "SignatureDoesNotMatch",
    s3: "RequestTimeTooSkewed",
  },
};

export function faultReply(fault: Fault, message: string, scope: Scope, contentType: string): AwsReply {
  const protocol = protocolOf(scope, contentType);
  const code = codes[fault][protocol];
  const status = fault === "internal" ? 500 : protocol === "json" ? 400 : 403;
  switch (protocol) {
    case "json":
      return {
        status,
        contentType: "application/x-amz-json-1.1",
        body: JSON.stringify({ __type: code, message, Message: message }),
      };
    case "s3":
      return {
        status,
        body: `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${escapeXml(message)}</Message></Error>`,
      };
    default:
      return { ...refusalReply(protocol === "ec2" ? "ec2" : "autoscaling", new AwsRefusal(code, message)), status };
  }
}

function protocolOf({ service }: Scope, contentType: string): Protocol {
  if (service === "ec2") return "ec2";
  if (service === "s3" || (service === "" && !/json|form/.test(contentType))) return "s3";
  return contentType.startsWith("application/x-amz-json") ? "json" : "query";
}
