import { X509Certificate, createPrivateKey, createPublicKey, createSign, createVerify } from "node:crypto";

import { World } from "../../../simulation/core/world";
import { resourceTypes } from "../../../simulation/registry";
import type { Properties } from "../../../simulation/core/resourceType";
import { simulate } from "../../../simulation/simulate";
import { summarize } from "../testAccount";

const world = new World("eu-central-1");

async function request(kind: string, inputs: Properties) {
  const type = `tls:index/${kind.charAt(0).toLowerCase()}${kind.slice(1)}:${kind}`;
  return simulate(world, { urn: `urn:${kind}`, type, name: "subject", seed: kind, inputs }, "omit");
}

async function create(kind: string, inputs: Properties): Promise<Record<string, string>> {
  const { outputs, refusals } = await request(kind, inputs);
  expect(summarize(refusals)).toEqual([]);
  return outputs as Record<string, string>;
}

const createKey = (algorithm = "ECDSA", more: Properties = { ecdsaCurve: "P256" }) =>
  create("PrivateKey", { algorithm, ...more });

async function createAuthority() {
  const { privateKeyPem } = await createKey();
  const { certPem } = await create("SelfSignedCert", {
    privateKeyPem,
    isCaCertificate: true,
    subject: { commonName: "etcd", organization: "blue" },
    allowedUses: ["cert_signing", "crl_signing", "digital_signature"],
    validityPeriodHours: 24 * 365,
  });
  return { caPrivateKeyPem: privateKeyPem ?? "", caCertPem: certPem ?? "" };
}

describe("keys", () => {
  test.each([
    ["ECDSA", { ecdsaCurve: "P256" }, "EC PRIVATE KEY", "prime256v1"],
    ["ECDSA", { ecdsaCurve: "P384" }, "EC PRIVATE KEY", "secp384r1"],
    ["ECDSA", {}, "EC PRIVATE KEY", "secp224r1"],
    ["RSA", {}, "RSA PRIVATE KEY", undefined],
    ["ED25519", {}, "PRIVATE KEY", undefined],
  ])("%s %j has the PEM forms of the provider", async (algorithm, more, label, namedCurve) => {
    const outputs = await createKey(algorithm, more);
    expect(outputs.privateKeyPem).toMatch(new RegExp(`^-----BEGIN ${label}-----\n`));
    expect(outputs.privateKeyPemPkcs8).toMatch(/^-----BEGIN PRIVATE KEY-----\n/);
    expect(outputs.publicKeyPem).toMatch(/^-----BEGIN PUBLIC KEY-----\n/);
    const details = createPrivateKey(outputs.privateKeyPem ?? "");
    expect(details.asymmetricKeyDetails?.namedCurve).toBe(namedCurve);
    expect(createPublicKey(details).export({ type: "spki", format: "pem" })).toBe(outputs.publicKeyPem);
    if (algorithm === "ED25519") return;
    const signature = createSign("sha256")
      .update("text")
      .sign(outputs.privateKeyPem ?? "");
    expect(
      createVerify("sha256")
        .update("text")
        .verify(outputs.publicKeyPem ?? "", signature),
    ).toBe(true);
  });

  test("an RSA key has the requested length", async () => {
    const { privateKeyPem } = await createKey("RSA", { rsaBits: 1024 });
    expect(createPrivateKey(privateKeyPem ?? "").asymmetricKeyDetails?.modulusLength).toBe(1024);
  });

  test("private keys are secret outputs", () => {
    expect(resourceTypes.get("tls:index/privateKey:PrivateKey")?.secretOutputs).toEqual([
      "privateKeyPem",
      "privateKeyPemPkcs8",
    ]);
  });
});

describe("certificates", () => {
  test("an authority signs its own certificate", async () => {
    const certificate = new X509Certificate((await createAuthority()).caCertPem);
    expect(certificate.ca).toBe(true);
    expect(certificate.subject).toBe("O=blue\nCN=etcd");
    expect(certificate.issuer).toBe(certificate.subject);
    expect(certificate.verify(certificate.publicKey)).toBe(true);
    const years = new Date(certificate.validTo).getTime() - new Date(certificate.validFrom).getTime();
    expect(years).toBe(365 * 86_400_000);
    expect(certificate.serialNumber).toHaveLength(32);
  });

  test.each([
    ["ECDSA", { ecdsaCurve: "P256" }],
    ["ECDSA", { ecdsaCurve: "P384" }],
    ["ECDSA", { ecdsaCurve: "P521" }],
    ["RSA", {}],
    ["ED25519", {}],
  ])("a request with a key of %s %j becomes a certificate with its names", async (algorithm, more) => {
    const { caCertPem, caPrivateKeyPem } = await createAuthority();
    const { privateKeyPem = "" } = await createKey(algorithm, more);
    const { certRequestPem } = await create("CertRequest", {
      privateKeyPem,
      subject: { commonName: "kubernetes-admin", organization: "system:masters" },
      dnsNames: ["api.blue.internal"],
      ipAddresses: ["10.0.0.10"],
      uris: ["spiffe://blue/admin"],
    });
    expect(certRequestPem).toMatch(/^-----BEGIN CERTIFICATE REQUEST-----\n/);
    const { certPem = "", validityEndTime = "" } = await create("LocallySignedCert", {
      certRequestPem,
      caCertPem,
      caPrivateKeyPem,
      allowedUses: ["digital_signature", "key_encipherment", "client_auth", "server_auth"],
      validityPeriodHours: 12,
      setSubjectKeyId: true,
    });
    const certificate = new X509Certificate(certPem);
    const issuer = new X509Certificate(caCertPem);
    expect(certificate.checkIssued(issuer)).toBe(true);
    expect(certificate.verify(issuer.publicKey)).toBe(true);
    expect(certificate.checkPrivateKey(createPrivateKey(privateKeyPem))).toBe(true);
    expect(certificate.ca).toBe(false);
    expect(certificate.subject).toBe("O=system:masters\nCN=kubernetes-admin");
    expect(certificate.subjectAltName).toBe("DNS:api.blue.internal, IP Address:10.0.0.10, URI:spiffe://blue/admin");
    expect(certificate.keyUsage).toEqual(["1.3.6.1.5.5.7.3.2", "1.3.6.1.5.5.7.3.1"]);
    expect(new Date(certificate.validTo)).toEqual(new Date(validityEndTime));
  });

  test("a certificate in its early renewal period is outdated", async () => {
    const { privateKeyPem } = await createKey();
    const outputs = await create("SelfSignedCert", {
      privateKeyPem,
      allowedUses: [],
      validityPeriodHours: 10,
      earlyRenewalHours: 3,
    });
    const outdated = resourceTypes.get("tls:index/selfSignedCert:SelfSignedCert")?.outdated;
    const hour = (hours: number): Date =>
      new Date(new Date(outputs.validityStartTime ?? "").getTime() + hours * 3_600_000);
    expect(outdated?.(outputs, hour(6))).toBeUndefined();
    expect(outdated?.(outputs, hour(7))).toBe("readyForRenewal");
  });
});

describe("refusals", () => {
  test("a key usage that the simulation does not know", async () => {
    const { privateKeyPem } = await createKey();
    const inputs = { privateKeyPem, allowedUses: ["code_signing"], validityPeriodHours: 1 };
    const { refusals } = await request("SelfSignedCert", inputs);
    expect(summarize(refusals)).toEqual(["allowedUses[0]: Invalid Attribute Value Match"]);
  });

  test.each([
    ["text instead of a certificate", { caCertPem: "text" }, "caCertPem: Failed to parse CA certificate PEM"],
    ["text instead of a key", { caPrivateKeyPem: "text" }, "caPrivateKeyPem: Failed to parse CA private key PEM"],
    ["the key of another authority", {}, "caPrivateKeyPem: Failed to create certificate"],
  ])("an authority with %s", async (_title, change, refusal) => {
    const { caCertPem } = await createAuthority();
    const { privateKeyPem } = await createKey();
    const { certRequestPem } = await create("CertRequest", { privateKeyPem });
    const inputs = { certRequestPem, caCertPem, caPrivateKeyPem: privateKeyPem, allowedUses: [] };
    const { refusals } = await request("LocallySignedCert", { ...inputs, validityPeriodHours: 1, ...change });
    expect(summarize(refusals)).toEqual([refusal]);
  });
});
