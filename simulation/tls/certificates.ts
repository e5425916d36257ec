import { X509Certificate, createPublicKey, randomBytes, verify } from "node:crypto";
import { isIP } from "node:net";

import { CertificationRequest, CertificationRequestInfo } from "@peculiar/asn1-csr";
import { AsnConvert } from "@peculiar/asn1-schema";
import {
  AlgorithmIdentifier,
  Attribute,
  Certificate,
  Extensions,
  SubjectKeyIdentifier,
  SubjectPublicKeyInfo,
  TBSCertificate,
  Validity,
  Version,
} from "@peculiar/asn1-x509";
import type { Extension, Name } from "@peculiar/asn1-x509";
import type { CertRequestArgs, LocallySignedCertArgs, SelfSignedCertArgs } from "@pulumi/tls";

import { hexadecimal } from "../core/identifiers";
import { resourceType } from "../core/resourceType";
import type { Created, Properties, Request } from "../core/resourceType";
import {
  alternativeNames,
  alternativeNamesOid,
  authorityKeyId,
  constraints,
  distinguishedName,
  keyIdentifier,
  knowsUse,
  subjectKeyId,
  subjectKeyIdOid,
  usageExtensions,
} from "./extensions";
import { publicDer, readSigner } from "./keys";
import type { Signer } from "./keys";

/** PKCS #9: the extensions that a request asks for. */
const extensionRequest = "1.2.840.113549.1.9.14";

const toPem = (label: string, der: ArrayBuffer): string => {
  const lines =
    Buffer.from(der)
      .toString("base64")
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join("\n")}\n-----END ${label}-----\n`;
};

const fromPem = (pem: string): Buffer => Buffer.from(pem.replace(/-----[^-]+-----|\s/g, ""), "base64");

const parsePublicKey = (signer: Signer): SubjectPublicKeyInfo =>
  AsnConvert.parse(publicDer(signer.key), SubjectPublicKeyInfo);

/** Go leaves the parameters of elliptic signatures out and writes NULL for RSA's. */
const signatureAlgorithm = ({ algorithm, signatureOid }: Signer): AlgorithmIdentifier =>
  new AlgorithmIdentifier({ algorithm: signatureOid, ...(algorithm === "RSA" ? { parameters: null } : {}) });

interface Leaf {
  readonly subject: Name;
  readonly issuer: Name;
  readonly publicKey: SubjectPublicKeyInfo;
  readonly extensions: readonly (Extension | undefined)[];
  readonly hours: number;
}

/** Signs a certificate that is valid from now; its outputs are those of both certificate resources. */
function issue(signer: Signer, leaf: Leaf): Created {
  // Certificates count in whole seconds.
  const start = new Date(Math.floor(Date.now() / 1000) * 1000);
  const end = new Date(start.getTime() + leaf.hours * 3_600_000);
  const serial = randomBytes(16);
  // Positive, and without a leading zero octet.
  serial[0] = (serial.readUInt8(0) & 0x3f) | 0x40;
  const signature = signatureAlgorithm(signer);
  const tbs = new TBSCertificate({
    version: Version.v3,
    serialNumber: toArrayBuffer(serial),
    signature,
    issuer: leaf.issuer,
    validity: new Validity({ notBefore: start, notAfter: end }),
    subject: leaf.subject,
    subjectPublicKeyInfo: leaf.publicKey,
    extensions: new Extensions(leaf.extensions.filter((extension) => extension !== undefined)),
  });
  const certificate = new Certificate({
    tbsCertificate: tbs,
    signatureAlgorithm: signature,
    signatureValue: toArrayBuffer(signer.sign(Buffer.from(AsnConvert.serialize(tbs)))),
  });
  return {
    id: BigInt(`0x${serial.toString("hex")}`).toString(),
    outputs: {
      certPem: toPem("CERTIFICATE", AsnConvert.serialize(certificate)),
      readyForRenewal: false,
      validityStartTime: start.toISOString(),
      validityEndTime: end.toISOString(),
    },
  };
}

const toArrayBuffer = (bytes: Buffer): ArrayBuffer => Uint8Array.from(bytes).buffer;

/** A certificate in its early renewal period is made anew by the next update. */
function outdated(outputs: Properties, now: Date): string | undefined {
  const end = new Date(String(outputs.validityEndTime)).getTime();
  return now.getTime() >= end - Number(outputs.earlyRenewalHours ?? 0) * 3_600_000 ? "readyForRenewal" : undefined;
}

type Uses = Pick<Request<{ allowedUses: string[]; validityPeriodHours: number }>, "inputs" | "refuse">;

function checkUses({ inputs, refuse }: Uses): void {
  inputs.allowedUses.forEach((use, index) => {
    if (!knowsUse(use))
      refuse(`allowedUses[${String(index)}]`, "Invalid Attribute Value Match", `"${use}" is not a key usage`);
  });
  if (!(inputs.validityPeriodHours >= 0)) {
    refuse(
      "validityPeriodHours",
      "Invalid Attribute Value",
      `value must be at least 0, got: ${String(inputs.validityPeriodHours)}`,
    );
  }
}

/** Refuses text that a reader does not take, and gives what it read. */
function read<T>(
  { refuse }: Pick<Request<unknown>, "refuse">,
  property: string,
  what: string,
  reader: () => T,
): T | undefined {
  try {
    return reader();
  } catch (error) {
    refuse(property, `Failed to parse ${what}`, error instanceof Error ? error.message : String(error));
    return undefined;
  }
}

function checkNames({ inputs, refuse }: Pick<Request<CertRequestArgs>, "inputs" | "refuse">): void {
  (inputs.ipAddresses ?? []).forEach((address, index) => {
    if (isIP(address) === 0)
      refuse(`ipAddresses[${String(index)}]`, "Invalid IP address", `Failed to parse "${address}"`);
  });
}

/** For inputs that were refused: something in place of the certificate, so that planning goes on. */
const nothing = (seed: string): Created => ({ id: hexadecimal(seed, 39), outputs: { readyForRenewal: false } });

/** What an update, of the early renewal for example, leaves as it is. */
const kept = ({ id, ...outputs }: Properties): Created => {
  const issued = [
    "certPem",
    "readyForRenewal",
    "validityStartTime",
    "validityEndTime",
    "keyAlgorithm",
    "caKeyAlgorithm",
  ];
  return { id: String(id), outputs: Object.fromEntries(issued.map((name) => [name, outputs[name]])) };
};

export const selfSignedCert = resourceType<SelfSignedCertArgs>({
  token: "tls:index/selfSignedCert:SelfSignedCert",
  replaceOn: [
    "allowedUses",
    "dnsNames",
    "ipAddresses",
    "isCaCertificate",
    "maxPathLength",
    "privateKeyPem",
    "setAuthorityKeyId",
    "setSubjectKeyId",
    "subject",
    "uris",
    "validityPeriodHours",
  ],
  outdated,
  check(request) {
    checkUses(request);
    checkNames(request);
    read(request, "privateKeyPem", "private key PEM", () => readSigner(request.inputs.privateKeyPem ?? ""));
  },
  create({ inputs, seed, previous }) {
    if (previous !== undefined) return kept(previous.outputs);
    let signer: Signer;
    try {
      signer = readSigner(inputs.privateKeyPem ?? "");
    } catch {
      return nothing(seed);
    }
    const name = distinguishedName(inputs.subject ?? {});
    const publicKey = parsePublicKey(signer);
    const id = keyIdentifier(publicKey.subjectPublicKey);
    const authority = inputs.isCaCertificate === true;
    const { id: serial, outputs } = issue(signer, {
      subject: name,
      issuer: name,
      publicKey,
      hours: inputs.validityPeriodHours,
      extensions: [
        ...usageExtensions(inputs.allowedUses),
        constraints(authority, inputs.maxPathLength),
        // Go gives an authority its identifier whether asked or not.
        authority || inputs.setSubjectKeyId === true ? subjectKeyId(id) : undefined,
        inputs.setAuthorityKeyId === true ? authorityKeyId(id) : undefined,
        alternativeNames(inputs),
      ],
    });
    return { id: serial, outputs: { ...outputs, keyAlgorithm: signer.algorithm } };
  },
});

export const certRequest = resourceType<CertRequestArgs>({
  token: "tls:index/certRequest:CertRequest",
  replaceOn: ["dnsNames", "ipAddresses", "privateKeyPem", "subject", "uris"],
  check(request) {
    checkNames(request);
    read(request, "privateKeyPem", "private key PEM", () => readSigner(request.inputs.privateKeyPem ?? ""));
  },
  create({ inputs, seed }) {
    let signer: Signer;
    try {
      signer = readSigner(inputs.privateKeyPem ?? "");
    } catch {
      return { id: hexadecimal(seed, 40), outputs: {} };
    }
    const names = alternativeNames(inputs);
    const info = new CertificationRequestInfo({
      subject: distinguishedName(inputs.subject ?? {}),
      subjectPKInfo: parsePublicKey(signer),
    });
    if (names !== undefined) {
      const values = [AsnConvert.serialize(new Extensions([names]))];
      info.attributes.push(new Attribute({ type: extensionRequest, values }));
    }
    const der = AsnConvert.serialize(
      new CertificationRequest({
        certificationRequestInfo: info,
        signatureAlgorithm: signatureAlgorithm(signer),
        signature: toArrayBuffer(signer.sign(Buffer.from(AsnConvert.serialize(info)))),
      }),
    );
    const pem = toPem("CERTIFICATE REQUEST", der);
    return { id: hexadecimal(pem, 40), outputs: { certRequestPem: pem, keyAlgorithm: signer.algorithm } };
  },
});

const digests: Readonly<Record<string, string>> = {
  "1.2.840.113549.1.1.11": "sha256",
  "1.2.840.10045.4.3.2": "sha256",
  "1.2.840.10045.4.3.3": "sha384",
  "1.2.840.10045.4.3.4": "sha512",
};

/** A request whose signature proves that its sender has the key. */
function readRequest(pem: string): CertificationRequest {
  const request = AsnConvert.parse(fromPem(pem), CertificationRequest);
  const info = request.certificationRequestInfo;
  const key = createPublicKey({
    key: Buffer.from(AsnConvert.serialize(info.subjectPKInfo)),
    type: "spki",
    format: "der",
  });
  const signed = Buffer.from(request.certificationRequestInfoRaw ?? AsnConvert.serialize(info));
  if (!verify(digests[request.signatureAlgorithm.algorithm], signed, key, Buffer.from(request.signature))) {
    throw new Error("its signature is wrong");
  }
  return request;
}

function requestedNames({ certificationRequestInfo: info }: CertificationRequest): Extension | undefined {
  const value = info.attributes.find((attribute) => attribute.type === extensionRequest)?.values[0];
  if (value === undefined) return undefined;
  return AsnConvert.parse(value, Extensions).find((extension) => extension.extnID === alternativeNamesOid);
}

export const locallySignedCert = resourceType<LocallySignedCertArgs>({
  token: "tls:index/locallySignedCert:LocallySignedCert",
  replaceOn: [
    "allowedUses",
    "caCertPem",
    "caPrivateKeyPem",
    "certRequestPem",
    "isCaCertificate",
    "maxPathLength",
    "setSubjectKeyId",
    "validityPeriodHours",
  ],
  outdated,
  check(request) {
    const { inputs, refuse } = request;
    checkUses(request);
    read(request, "certRequestPem", "certificate request PEM", () => readRequest(inputs.certRequestPem));
    const authority = read(request, "caCertPem", "CA certificate PEM", () => new X509Certificate(inputs.caCertPem));
    const signer = read(request, "caPrivateKeyPem", "CA private key PEM", () =>
      readSigner(inputs.caPrivateKeyPem ?? ""),
    );
    if (authority && signer && !authority.checkPrivateKey(signer.key)) {
      refuse(
        "caPrivateKeyPem",
        "Failed to create certificate",
        "x509: provided PrivateKey doesn't match parent's PublicKey",
      );
    }
  },
  create({ inputs, seed, previous }) {
    if (previous !== undefined) return kept(previous.outputs);
    let signer: Signer;
    let request: CertificationRequest;
    let authority: TBSCertificate;
    try {
      signer = readSigner(inputs.caPrivateKeyPem ?? "");
      request = readRequest(inputs.certRequestPem);
      authority = AsnConvert.parse(fromPem(inputs.caCertPem), Certificate).tbsCertificate;
    } catch {
      return nothing(seed);
    }
    const info = request.certificationRequestInfo;
    const signs = inputs.isCaCertificate === true;
    const parentId = authority.extensions?.find((extension) => extension.extnID === subjectKeyIdOid);
    const { id, outputs } = issue(signer, {
      subject: info.subject,
      issuer: authority.subject,
      publicKey: info.subjectPKInfo,
      hours: inputs.validityPeriodHours,
      extensions: [
        ...usageExtensions(inputs.allowedUses),
        constraints(signs, inputs.maxPathLength),
        signs || inputs.setSubjectKeyId === true
          ? subjectKeyId(keyIdentifier(info.subjectPKInfo.subjectPublicKey))
          : undefined,
        parentId &&
          authorityKeyId(Buffer.from(AsnConvert.parse(parentId.extnValue.buffer, SubjectKeyIdentifier).buffer)),
        requestedNames(request),
      ],
    });
    return { id, outputs: { ...outputs, caKeyAlgorithm: signer.algorithm } };
  },
});
