import { stsAudience } from "./jwks.plan";

/** Where the token is in a container. */
const directory = "/var/run/secrets/sts.amazonaws.com/serviceaccount";
const volume = "aws-token";

/** Life of a token in seconds; kubelet puts a new one in its place when a fifth is left. */
const tokenSeconds = 3600;

/** Parts of a pod's specification, to be merged into it; `Arn` is a text, or what a program has in its place. */
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
 * What a pod needs so that every AWS SDK in it acts under a role: a token of its service account made for AWS alone, and the
 * variables that SDKs look for. It stands in the pod itself, so that nothing in the cluster has to change pods on their way.
 * @param region where the SDK asks the security token service; not a global endpoint, which one region's failure takes down.
 */
export function identityOf<Arn>(roleArn: Arn, region: string): PodIdentity<Arn> {
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
