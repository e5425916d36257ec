import * as ssm from "@pulumi/aws/ssm";
import * as pulumi from "@pulumi/pulumi";
import * as tls from "@pulumi/tls";

import { regionalArn } from "../aws/account";
import type { AwsAccount } from "../aws/account";
import { viaService } from "../aws/kmsViaService.plan";
import type { PkiSpec } from "../clusterSpec";
import { EncryptionKey } from "../aws/encryptionKey";
import { resourceTags } from "../aws/tags.plan";
import {
  adminCertificate,
  authorities,
  authorityKey,
  joinKubeconfig,
  parameterPrefix,
  serviceAccountKey,
} from "./authorities.plan";
import type { Authority } from "./authorities.plan";
import { issueAuthority, serviceAccountKeys } from "./authority";
import type { AuthorityKeys, IssuedAuthority, IssuingArgs, ServiceAccountKeys } from "./authority";
import { renderKubeconfig } from "./kubeconfig.plan";
import { orderTrust } from "./trustOrder";

export interface PkiArgs {
  readonly cluster: string;
  readonly account: AwsAccount;
  /** URL of the API, for the administrator's kubeconfig. */
  readonly apiUrl: string;
  readonly spec: PkiSpec;
  /** Keys of the organisation's own authorities, where the specification has any. */
  readonly authorityKeys?: AuthorityKeys;
  /** Keys, certificates and what holds them are neither deleted by mistake nor with the stack. */
  readonly protect: boolean;
}

/** The cluster's authorities and the SSM parameters from which machines fetch them. */
export class Pki extends pulumi.ComponentResource {
  /** Path of all parameters, `/holdfast/<cluster>`. */
  readonly parameterPrefix: string;
  /** KMS key of the SecureString parameters. */
  readonly secretsKeyArn: pulumi.Output<string>;
  /** Parameters by their path below the prefix; machines depend on them. */
  readonly parameters: Readonly<Record<string, ssm.Parameter>>;
  /** Certificates of the cluster's authority in PEM, all that are trusted, the issuer's first; not secret. */
  readonly clusterCaCertificate: pulumi.Output<string>;
  /** Public keys that check tokens of service accounts, in PEM, the signer's first: what an issuer of tokens publishes. */
  readonly serviceAccountPublicKeys: ServiceAccountKeys["publicKeys"];
  /** The administrator's kubeconfig; a secret. */
  readonly adminKubeconfig: pulumi.Output<string>;

  constructor(name: string, args: PkiArgs, options?: pulumi.ComponentResourceOptions) {
    super("holdfast:index:Pki", name, {}, options);
    this.parameterPrefix = parameterPrefix(args.cluster);
    const secretsKey = this.secretsKey(name, args);
    this.secretsKeyArn = secretsKey.arn;

    const parameters: Record<string, ssm.Parameter> = {};
    const publish = (path: string, description: string, value: pulumi.Input<string>) => {
      parameters[path] = this.parameter(name, args, { path, description, value, keyId: secretsKey.arn });
    };
    const issuing: IssuingArgs = {
      cluster: args.cluster,
      spec: args.spec,
      authorityKeys: args.authorityKeys,
      protect: args.protect,
      parent: this,
    };
    const issued = Object.fromEntries(
      authorities.map((authority) => [authority.name, issueAuthority(name, issuing, authority)]),
    ) as Record<Authority["name"], IssuedAuthority>;
    const serviceAccounts = serviceAccountKeys(name, issuing, args.spec.serviceAccountKey);
    // Before anything that a machine reads: a step that must not be taken changes nothing.
    const order = orderTrust(name, { ...args, issued, serviceAccounts }, this);
    for (const authority of authorities) {
      const { trusted, key } = issued[authority.name];
      publish(authority.certificatePath, `Authority of ${authority.signs}`, order.allows(trusted));
      publish(authority.keyPath, `Key of the authority of ${authority.signs}`, order.allows(key));
    }
    publish(serviceAccountKey.publicPath, "Checks tokens of service accounts", order.allows(serviceAccounts.trusted));
    publish(
      serviceAccountKey.privatePath,
      "Signs tokens of service accounts",
      order.allows(serviceAccounts.privateKey),
    );
    const announced = order.announce(Object.values(parameters));
    parameters[joinKubeconfig.path] = this.joinParameter(name, args, secretsKey.arn);
    this.parameters = { ...parameters, ...announced };

    this.serviceAccountPublicKeys = serviceAccounts.publicKeys;
    this.clusterCaCertificate = issued.kubernetes.trusted;
    this.adminKubeconfig = this.admin(name, args, issued.kubernetes);
    this.registerOutputs({
      parameterPrefix: this.parameterPrefix,
      secretsKeyArn: this.secretsKeyArn,
      clusterCaCertificate: this.clusterCaCertificate,
    });
  }

  private secretsKey(name: string, { cluster, account, protect }: PkiArgs): EncryptionKey {
    return new EncryptionKey(
      `${name}-secrets`,
      {
        cluster,
        account,
        purpose: "secrets",
        description: `Keys and join credentials of Kubernetes cluster ${cluster}`,
        protect,
        use: [
          {
            // Who of the account that is, IAM policies say; this is the way they must take, and for which parameters.
            Sid: "UseThroughParameterStore",
            Effect: "Allow",
            Principal: { AWS: account.rootArn },
            Action: ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*"],
            Resource: "*",
            Condition: {
              StringEquals: { "kms:CallerAccount": account.id, "kms:ViaService": viaService(account.region, "ssm") },
              ArnLike: {
                "kms:EncryptionContext:PARAMETER_ARN": regionalArn(
                  account,
                  "ssm",
                  `parameter${this.parameterPrefix}/*`,
                ),
              },
            },
          },
        ],
      },
      { parent: this },
    );
  }

  /**
   * Certificates are no secrets, yet encrypted like the keys: who replaces one must be allowed to use the KMS key, not only to
   * write parameters.
   */
  private parameter(
    name: string,
    args: PkiArgs,
    what: { path: string; description: string; value: pulumi.Input<string>; keyId: pulumi.Input<string> },
  ): ssm.Parameter {
    return new ssm.Parameter(
      `${name}${what.path.replaceAll("/", "-")}`,
      {
        name: `${this.parameterPrefix}${what.path}`,
        description: what.description,
        type: "SecureString",
        // Two large authorities are more than the 4 KiB of the standard tier, which all others fit in.
        tier: "Intelligent-Tiering",
        value: pulumi.secret(what.value),
        keyId: what.keyId,
        tags: resourceTags(args.cluster, `${args.cluster}${what.path}`),
      },
      this.kept(args.protect),
    );
  }

  /** Control planes keep it fresh: after the first write its value is theirs. */
  private joinParameter(name: string, args: PkiArgs, keyId: pulumi.Input<string>): ssm.Parameter {
    return new ssm.Parameter(
      `${name}-join-kubeconfig`,
      {
        name: `${this.parameterPrefix}${joinKubeconfig.path}`,
        description: "How workers join: a kubeconfig with a short-lived token, kept fresh by the control plane",
        type: "SecureString",
        tier: "Intelligent-Tiering",
        value: pulumi.secret(joinKubeconfig.pending),
        keyId,
        tags: resourceTags(args.cluster, `${args.cluster}${joinKubeconfig.path}`),
      },
      { parent: this, ignoreChanges: ["value"] },
    );
  }

  /** The one place where the administrator's outputs become text. */
  private admin(name: string, args: PkiArgs, authority: IssuedAuthority): pulumi.Output<string> {
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

  private kept(protect: boolean): pulumi.CustomResourceOptions {
    return { parent: this, protect, retainOnDelete: protect };
  }
}
