import { stsAudience } from "./jwks.plan";

/** Mount path of the token. */
const directory = "/var/run/secrets/sts.amazonaws.com/serviceaccount";
const volume = "aws-token";

/** Lifetime of a token in seconds; kubelet renews it when a fifth is left. */
const tokenSeconds = 3600;

/** Parts of a pod spec, to be merged into it. `Arn` is a string or an output. */
export type PodIdentity<Arn = string> = ReturnType<typeof podIdentity<Arn>>;

/**
 * Pod spec with which AWS SDKs assume a role: a ServiceAccount token for AWS only, and the variables that SDKs read. Part of the
 * pod itself, so that the cluster needs no mutating webhook.
 * @param region of the STS endpoint; a global endpoint would depend on another region.
 */
export function podIdentity<Arn>(roleArn: Arn, region: string) {
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
