import * as pulumi from "@pulumi/pulumi";
import * as tls from "@pulumi/tls";

import type { AuthoritySpec, PkiSpec } from "../clusterSpec";
import { authorityHours, authorityKey, authorityUses, serviceAccountKey } from "./authorities.plan";
import type { Authority } from "./authorities.plan";
import { chainOf, issuingCertificate } from "./pem.plan";
import { keptGenerations, ofGeneration, trustedGenerations } from "./rotation.plan";
import type { Rotation } from "./rotation.plan";

/** Keys of an organisation's own authorities by `<authority>-<generation>`, in PEM; a secret. */
export type AuthorityKeys = pulumi.Output<Readonly<Record<string, string>>>;

export interface IssuingArgs {
  readonly cluster: string;
  readonly spec: PkiSpec;
  readonly authorityKeys: AuthorityKeys | undefined;
  readonly protect: boolean;
  readonly parent: pulumi.Resource;
}

/** What is trusted of an authority, and what issues. */
export interface IssuedAuthority {
  /** All that are trusted, the issuer first; PEM. */
  readonly trusted: pulumi.Output<string>;
  /** Certificate of the issuer. */
  readonly certificate: pulumi.Output<string>;
  /** Key of the issuer; a secret. */
  readonly key: pulumi.Output<string>;
  /** The issuer and those above it below the root, where it is an organisation's intermediate; PEM. */
  readonly chain: string | undefined;
}

interface Generation {
  readonly certificate: pulumi.Output<string>;
  readonly key: pulumi.Output<string>;
}

/** Makes the generations of an authority that the settings ask for, or takes over an organisation's own. */
export function issueAuthority(name: string, args: IssuingArgs, authority: Authority): IssuedAuthority {
  const spec = args.spec.authorities[authority.name];
  const made = new Map<number, Generation>();
  for (const { generation, retired } of keptGenerations(spec)) {
    const own = spec.own[String(generation)];
    made.set(
      generation,
      own === undefined
        ? makeAuthority(name, args, authority, generation, args.protect && !retired)
        : { certificate: pulumi.output(issuingCertificate(own)), key: ownKey(args, authority, generation) },
    );
  }
  const trusted = trustedGenerations(spec).map((generation) => found(made, generation));
  const [issuer] = trusted;
  if (issuer === undefined) throw new RangeError(`nothing is trusted of ${authority.name}`);
  return { trusted: joined(trusted.map(({ certificate }) => certificate)), ...issuer, chain: chainOfIssuer(spec) };
}

function chainOfIssuer(spec: AuthoritySpec): string | undefined {
  const own = spec.own[String(trustedGenerations(spec)[0])];
  return own === undefined ? undefined : chainOf(own);
}

function makeAuthority(
  name: string,
  { cluster, spec, parent }: IssuingArgs,
  authority: Authority,
  generation: number,
  kept: boolean,
): Generation {
  const options = { parent, protect: kept, retainOnDelete: kept };
  const resource = ofGeneration(`${name}-${authority.name}`, generation);
  const key = new tls.PrivateKey(resource, authorityKey, options);
  const certificate = new tls.SelfSignedCert(
    resource,
    {
      privateKeyPem: key.privateKeyPem,
      isCaCertificate: true,
      setSubjectKeyId: true,
      // A name of its own: who looks for an issuer by name finds one.
      subject: { commonName: ofGeneration(authority.commonName, generation), organization: cluster },
      allowedUses: [...authorityUses],
      validityPeriodHours: authorityHours(spec),
      earlyRenewalHours: 0,
    },
    options,
  );
  return { certificate: certificate.certPem, key: pulumi.secret(key.privateKeyPem) };
}

function ownKey({ authorityKeys }: IssuingArgs, { name }: Authority, generation: number): pulumi.Output<string> {
  const wanted = `${name}-${generation}`;
  if (authorityKeys === undefined) throw new RangeError(`there is no key ${wanted}`);
  return pulumi.secret(
    authorityKeys.apply((keys) => {
      const key = keys[wanted];
      if (key === undefined) throw new RangeError(`there is no key ${wanted}`);
      return key;
    }),
  );
}

/** Keys of service accounts: the public halves of all that are trusted, the signer's first, and the signer's private one. */
export interface ServiceAccountKeys {
  /** PEM; the signer's first. */
  readonly publicKeys: readonly pulumi.Output<string>[];
  /** The same as one text. */
  readonly trusted: pulumi.Output<string>;
  /** A secret. */
  readonly privateKey: pulumi.Output<string>;
}

/** Makes the generations of the key of service accounts that a rotation asks for. */
export function serviceAccountKeys(name: string, args: IssuingArgs, rotation: Rotation): ServiceAccountKeys {
  const { algorithm, rsaBits } = serviceAccountKey;
  const made = new Map<number, tls.PrivateKey>();
  for (const { generation, retired } of keptGenerations(rotation)) {
    const kept = args.protect && !retired;
    made.set(
      generation,
      new tls.PrivateKey(
        ofGeneration(`${name}-serviceAccounts`, generation),
        { algorithm, rsaBits },
        { parent: args.parent, protect: kept, retainOnDelete: kept },
      ),
    );
  }
  const trusted = trustedGenerations(rotation).map((generation) => found(made, generation));
  const publicKeys = trusted.map(({ publicKeyPem }) => publicKeyPem);
  const [signer] = trusted;
  if (signer === undefined) throw new RangeError("no key of service accounts is trusted");
  return { publicKeys, trusted: joined(publicKeys), privateKey: pulumi.secret(signer.privateKeyPem) };
}

function found<T>(made: ReadonlyMap<number, T>, generation: number): T {
  const one = made.get(generation);
  if (one === undefined) throw new RangeError(`there is no generation ${generation}`);
  return one;
}

/** PEM texts one after another. */
function joined(texts: readonly pulumi.Output<string>[]): pulumi.Output<string> {
  const [only] = texts;
  return only !== undefined && texts.length === 1
    ? only
    : pulumi.all([...texts]).apply((all) => all.map((text) => `${text.trimEnd()}\n`).join(""));
}
