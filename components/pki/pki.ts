import * as ssm from "@pulumi/aws/ssm";
import * as pulumi from "@pulumi/pulumi";
import * as tls from "@pulumi/tls";

import { regionalArn } from "../aws/awsAccount";
import type { AwsAccount } from "../aws/awsAccount";
import { clusterPath } from "../aws/clusterPath.plan";
import { viaService } from "../aws/kmsViaService.plan";
import type { PkiSpec } from "./settings";
import { EncryptionKey } from "../aws/encryptionKey";
import { resourceTags } from "../aws/tags.plan";
import { adminCertificate, authorities, authorityKey, joinKubeconfig, serviceAccountKey } from "./authorities.plan";
import type { Authority } from "./authorities.plan";
import { createAuthority, createServiceAccountKeys } from "./authority";
import type { AuthorityKeys, IssuedAuthority, AuthorityArgs, ServiceAccountKeys } from "./authority";
import { renderKubeconfig } from "./kubeconfig.plan";
import { createRotationParameters, requireAllowedStep } from "./rotationParameters";

export interface PkiArgs {
  readonly cluster: string;
  readonly awsAccount: AwsAccount;
  /** URL of the API, for the administrator's kubeconfig. */
  readonly apiUrl: string;
  readonly spec: PkiSpec;
  /** Keys of the organization's own authorities (setting `pki.authorities.<name>.own`). */
  readonly authorityKeys?: AuthorityKeys;
  /** Prevents deletion of keys and certificates by mistake and with the stack. */
  readonly protect: boolean;
}

/** Certificate authorities of the cluster, and the SSM parameters from which machines fetch them. */
export class Pki extends pulumi.ComponentResource {
  /** KMS key of the SecureString parameters. */
  readonly secretsKeyArn: pulumi.Output<string>;
  /** Parameters by path below `/holdfast/<cluster>`. */
  readonly parameters: Readonly<Record<string, ssm.Parameter>>;
  /** Trusted certificates of the cluster's authority in PEM, the issuer's first; not secret. */
  readonly clusterCaCertificate: pulumi.Output<string>;
  /** Public keys of service account tokens in PEM, the signer's first; the token issuer publishes them. */
  readonly serviceAccountPublicKeys: ServiceAccountKeys["publicKeys"];
  /** The administrator's kubeconfig; a secret. */
  readonly adminKubeconfig: pulumi.Output<string>;

  constructor(name: string, args: PkiArgs, options?: pulumi.ComponentResourceOptions) {
    super("holdfast:index:Pki", name, {}, options);
    this.secretsKeyArn = this.createSecretsKey(name, args).arn;

    const parameters: Record<string, ssm.Parameter> = {};
    const issuing: AuthorityArgs = {
      cluster: args.cluster,
      spec: args.spec,
      authorityKeys: args.authorityKeys,
      protect: args.protect,
      parent: this,
    };
    const issued = Object.fromEntries(
      authorities.map((authority) => [authority.name, createAuthority(name, issuing, authority)]),
    ) as Record<Authority["name"], IssuedAuthority>;
    const serviceAccounts = createServiceAccountKeys(name, issuing, args.spec.serviceAccountKey);
    // Parameters change only after a successful check, so that a refused step changes nothing.
    const stepAllowed = requireAllowedStep(args.cluster, args.spec, this);
    const publish = (path: string, description: string, value: pulumi.Output<string>) => {
      const checked = pulumi.all([value, stepAllowed]).apply(([text]) => text);
      const options = { protect: args.protect, retainOnDelete: args.protect };
      parameters[path] = this.createParameter(name, args, { path, description, value: checked }, options);
    };
    for (const authority of authorities) {
      const { trusted, key } = issued[authority.name];
      publish(authority.certificatePath, `Authority of ${authority.signs}`, trusted);
      publish(authority.keyPath, `Key of the authority of ${authority.signs}`, key);
    }
    publish(serviceAccountKey.publicPath, "Public keys of service account tokens", serviceAccounts.trusted);
    publish(serviceAccountKey.privatePath, "Signing key of service account tokens", serviceAccounts.privateKey);
    const rotation = createRotationParameters(
      name,
      {
        cluster: args.cluster,
        spec: args.spec,
        issued,
        serviceAccounts,
        stepAllowed,
        after: Object.values(parameters),
      },
      this,
    );
    // The control plane renews the value.
    parameters[joinKubeconfig.path] = this.createParameter(
      name,
      args,
      {
        path: joinKubeconfig.path,
        description: "Kubeconfig with which workers join, with a short-lived token",
        value: joinKubeconfig.pending,
      },
      { ignoreChanges: ["value"] },
    );
    this.parameters = { ...parameters, ...rotation };

    this.serviceAccountPublicKeys = serviceAccounts.publicKeys;
    this.clusterCaCertificate = issued.kubernetes.trusted;
    this.adminKubeconfig = this.createAdminKubeconfig(name, args, issued.kubernetes);
    this.registerOutputs({ secretsKeyArn: this.secretsKeyArn, clusterCaCertificate: this.clusterCaCertificate });
  }

  private createSecretsKey(name: string, { cluster, awsAccount, protect }: PkiArgs): EncryptionKey {
    return new EncryptionKey(
      `${name}-secrets`,
      {
        cluster,
        awsAccount,
        purpose: "secrets",
        description: `Keys and join credentials of Kubernetes cluster ${cluster}`,
        protect,
        use: [
          {
            // The account's IAM policies decide which principals; this limits them to Parameter Store and these parameters.
            Sid: "UseThroughParameterStore",
            Effect: "Allow",
            Principal: { AWS: awsAccount.rootArn },
            Action: ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*"],
            Resource: "*",
            Condition: {
              StringEquals: {
                "kms:CallerAccount": awsAccount.id,
                "kms:ViaService": viaService(awsAccount.region, "ssm"),
              },
              StringLike: {
                "kms:EncryptionContext:PARAMETER_ARN": regionalArn(
                  awsAccount,
                  "ssm",
                  `parameter${clusterPath(cluster)}/*`,
                ),
              },
            },
          },
        ],
      },
      { parent: this },
    );
  }

  /** Certificates are encrypted too, so that replacing one needs access to the KMS key, not only to the parameter. */
  private createParameter(
    name: string,
    { cluster }: PkiArgs,
    parameter: { path: string; description: string; value: pulumi.Input<string> },
    options: pulumi.CustomResourceOptions,
  ): ssm.Parameter {
    const { path, description, value } = parameter;
    return new ssm.Parameter(
      `${name}${path.replaceAll("/", "-")}`,
      {
        name: `${clusterPath(cluster)}${path}`,
        description,
        type: "SecureString",
        // Two large authorities exceed the 4 KiB of the standard tier.
        tier: "Intelligent-Tiering",
        value: pulumi.secret(value),
        keyId: this.secretsKeyArn,
        tags: resourceTags(cluster, `${cluster}${path}`),
      },
      { parent: this, ...options },
    );
  }

  private createAdminKubeconfig(name: string, args: PkiArgs, authority: IssuedAuthority): pulumi.Output<string> {
    const admin = adminCertificate(args.spec);
    const key = new tls.PrivateKey(`${name}-admin`, authorityKey, { parent: this });
    const request = new tls.CertRequest(
      `${name}-admin`,
      { privateKeyPem: key.privateKeyPem, subject: { commonName: admin.commonName, organization: admin.organization } },
      { parent: this },
    );
    const certificate = new tls.LocallySignedCert(
      `${name}-admin`,
      {
        certRequestPem: request.certRequestPem,
        caCertPem: authority.certificate,
        caPrivateKeyPem: authority.key,
        allowedUses: [...admin.uses],
        validityPeriodHours: admin.hours,
        earlyRenewalHours: admin.earlyRenewalHours,
      },
      { parent: this },
    );
    return pulumi.secret(
      pulumi
        .all([authority.trusted, certificate.certPem, key.privateKeyPem])
        .apply(([ca, cert, privateKey]) =>
          renderKubeconfig({
            cluster: args.cluster,
            server: args.apiUrl,
            user: admin.commonName,
            authority: ca,
            certificate: cert,
            key: privateKey,
          }),
        ),
    );
  }
}
