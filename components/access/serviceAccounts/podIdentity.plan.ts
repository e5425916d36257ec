import { stsAudience } from "./jwks.plan";

/** Mount path of the token. */
const directory = "/var/run/secrets/sts.amazonaws.com/serviceaccount";
const volume = "aws-token";

/** Lifetime of a token in seconds; kubelet renews it when a fifth is left. */
const tokenSeconds = 3600;

/** Parts of a pod spec, to be merged into it. `Arn` is a string or an output. */
export interface PodIdentity<Arn = string> {
  readonly env: readonly { readonly name: string; readonly value: Arn | string }[];
  readonly volumes: readonly {
    readonly name: string;
    readonly projected: {
      readonly sources: readonly {
        readonly serviceAccountToken: {
          readonly audience: string;
          readonly expirationSeconds: number;
          readonly path: string;
        };
      }[];
    };
  }[];
  readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string; readonly readOnly: true }[];
}

/**
 * Pod spec with which AWS SDKs assume a role: a ServiceAccount token for AWS only, and the variables that SDKs read. Part of the
 * pod itself, so that the cluster needs no mutating webhook.
 * @param region of the STS endpoint; a global endpoint would depend on another region.
 */
export function podIdentity<Arn>(roleArn: Arn, region: string): PodIdentity<Arn> {
  return {
    env: [
      { name: "AWS_ROLE_ARN", value: roleArn },
      { name: "AWS_WEB_IDENTITY_TOKEN_FILE", value: `${directory}/token` },
      { name: "AWS_REGION", value: region },
      { name: "AWS_STS_REGIONAL_ENDPOINTS", value: "regional" },
    ],
    volumes: [
      {
        name: volume,
        projected: {
          sources: [{ serviceAccountToken: { audience: stsAudience, expirationSeconds: tokenSeconds, path: "token" } }],
        },
      },
    ],
    volumeMounts: [{ name: volume, mountPath: directory, readOnly: true }],
  };
}
