import * as pulumi from "@pulumi/pulumi";
import * as tls from "@pulumi/tls";

import type { AuthoritySpec, PkiSpec } from "./settings";
import { authorityHours, authorityKey, authorityUses, serviceAccountKey } from "./authorities.plan";
import type { Authority } from "./authorities.plan";
import { chainOf, issuingCertificate } from "./pem.plan";
import { keptGenerations, generationName, trustedGenerations } from "./rotation.plan";
import type { Rotation } from "./rotation.plan";

/** Keys of the organization's own authorities by `<authority>-<generation>`, in PEM; a secret. */
export type AuthorityKeys = pulumi.Output<Readonly<Record<string, string>>>;

export interface AuthorityArgs {
  readonly cluster: string;
  readonly spec: PkiSpec;
  readonly authorityKeys: AuthorityKeys | undefined;
  readonly protect: boolean;
  readonly parent: pulumi.Resource;
}

/** Trusted certificates of an authority, and its issuer. */
export interface IssuedAuthority {
  /** PEM, the issuer first. */
  readonly trusted: pulumi.Output<string>;
  /** Certificate of the issuer. */
  readonly certificate: pulumi.Output<string>;
  /** Key of the issuer; a secret. */
  readonly key: pulumi.Output<string>;
  /** With an organization's intermediate authority: the issuer and those above it, without the root; PEM. */
  readonly chain: string | undefined;
}

interface Generation {
  readonly certificate: pulumi.Output<string>;
  readonly key: pulumi.Output<string>;
}

/** Creates the generations of an authority that its rotation needs, or uses the organization's own. */
export function createAuthority(name: string, args: AuthorityArgs, authority: Authority): IssuedAuthority {
  const spec = args.spec.authorities[authority.name];
  const created = new Map<number, Generation>();
  for (const { generation, retired } of keptGenerations(spec)) {
    const own = spec.own[String(generation)];
    created.set(
      generation,
      own === undefined
        ? createGeneration(name, args, authority, generation, args.protect && !retired)
        : { certificate: pulumi.output(issuingCertificate(own)), key: ownKey(args, authority, generation) },
    );
  }
  const trusted = trustedGenerations(spec).map((generation) => ofGeneration(created, generation));
  const [issuer] = trusted;
  if (issuer === undefined) throw new RangeError(`authority ${authority.name} has no trusted generation`);
  return {
    trusted: concatenatePem(trusted.map(({ certificate }) => certificate)),
    ...issuer,
    chain: chainOfIssuer(spec),
  };
}

function chainOfIssuer(spec: AuthoritySpec): string | undefined {
  const own = spec.own[String(trustedGenerations(spec)[0])];
  return own === undefined ? undefined : chainOf(own);
}

function createGeneration(
  name: string,
  { cluster, spec, parent }: AuthorityArgs,
  authority: Authority,
  generation: number,
  kept: boolean,
): Generation {
  const options = { parent, protect: kept, retainOnDelete: kept };
  const resource = generationName(`${name}-${authority.name}`, generation);
  const key = new tls.PrivateKey(resource, authorityKey, options);
  const certificate = new tls.SelfSignedCert(
    resource,
    {
      privateKeyPem: key.privateKeyPem,
      isCaCertificate: true,
      setSubjectKeyId: true,
      // Unique per generation, because verifiers look issuers up by name.
      subject: { commonName: generationName(authority.commonName, generation), organization: cluster },
      allowedUses: [...authorityUses],
      validityPeriodHours: authorityHours(spec),
      earlyRenewalHours: 0,
    },
    options,
  );
  return { certificate: certificate.certPem, key: pulumi.secret(key.privateKeyPem) };
}

function ownKey({ authorityKeys }: AuthorityArgs, { name }: Authority, generation: number): pulumi.Output<string> {
  const wanted = `${name}-${generation}`;
  if (authorityKeys === undefined) throw new RangeError(`secret authorityKeys has no key ${wanted}; add it`);
  return pulumi.secret(
    authorityKeys.apply((keys) => {
      const key = keys[wanted];
      if (key === undefined) throw new RangeError(`secret authorityKeys has no key ${wanted}; add it`);
      return key;
    }),
  );
}

/** Keys of service account tokens: the trusted public keys, and the signer's private key. */
export interface ServiceAccountKeys {
  /** PEM; first the key that signs. */
  readonly publicKeys: readonly pulumi.Output<string>[];
  /** The public keys as one text. */
  readonly trusted: pulumi.Output<string>;
  /** A secret. */
  readonly privateKey: pulumi.Output<string>;
}

/** Creates the generations of the service account key that its rotation needs. */
export function createServiceAccountKeys(name: string, args: AuthorityArgs, rotation: Rotation): ServiceAccountKeys {
  const { algorithm, rsaBits } = serviceAccountKey;
  const created = new Map<number, tls.PrivateKey>();
  for (const { generation, retired } of keptGenerations(rotation)) {
    const kept = args.protect && !retired;
    created.set(
      generation,
      new tls.PrivateKey(
        generationName(`${name}-serviceAccounts`, generation),
        { algorithm, rsaBits },
        { parent: args.parent, protect: kept, retainOnDelete: kept },
      ),
    );
  }
  const trusted = trustedGenerations(rotation).map((generation) => ofGeneration(created, generation));
  const publicKeys = trusted.map(({ publicKeyPem }) => publicKeyPem);
  const [signer] = trusted;
  if (signer === undefined) throw new RangeError("no service account key is trusted");
  return { publicKeys, trusted: concatenatePem(publicKeys), privateKey: pulumi.secret(signer.privateKeyPem) };
}

function ofGeneration<T>(created: ReadonlyMap<number, T>, generation: number): T {
  const one = created.get(generation);
  if (one === undefined) throw new RangeError(`generation ${generation} was not created`);
  return one;
}

function concatenatePem(texts: readonly pulumi.Output<string>[]): pulumi.Output<string> {
  const [only, ...others] = texts;
  return only !== undefined && others.length === 0
    ? only
    : pulumi.all([...texts]).apply((all) => all.map((text) => `${text.trimEnd()}\n`).join(""));
}
