import { X509Certificate, createPrivateKey, createPublicKey, createSign, createVerify } from "node:crypto";

import { World } from "../../simulation/core/world";
import { resourceTypes } from "../../simulation/registry";
import type { Properties } from "../../simulation/core/resourceType";
import { simulate } from "../../simulation/simulate";
import { summary } from "./testAccount";

const world = new World("eu-central-1");

async function ask(kind: string, inputs: Properties) {
  const type = `tls:index/${kind.charAt(0).toLowerCase()}${kind.slice(1)}:${kind}`;
  return simulate(world, { urn: `urn:${kind}`, type, name: "subject", seed: kind, inputs }, "leave out");
}

async function make(kind: string, inputs: Properties): Promise<Record<string, string>> {
  const { outputs, refusals } = await ask(kind, inputs);
  expect(summary(refusals)).toEqual([]);
  return outputs as Record<string, string>;
}

const key = (algorithm = "ECDSA", more: Properties = { ecdsaCurve: "P256" }) =>
  make("PrivateKey", { algorithm, ...more });

async function authority() {
  const { privateKeyPem } = await key();
  const { certPem } = await make("SelfSignedCert", {
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
  ])("%s %j is a pair in the provider's PEM forms", async (algorithm, more, label, namedCurve) => {
    const outputs = await key(algorithm, more);
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

  test("RSA keys are as long as asked", async () => {
    const { privateKeyPem } = await key("RSA", { rsaBits: 1024 });
    expect(createPrivateKey(privateKeyPem ?? "").asymmetricKeyDetails?.modulusLength).toBe(1024);
  });

  test("the private forms are secret", () => {
    expect(resourceTypes.get("tls:index/privateKey:PrivateKey")?.secretOutputs).toEqual([
      "privateKeyPem",
      "privateKeyPemPkcs8",
    ]);
  });
});

describe("certificates", () => {
  test("an authority signs itself and others", async () => {
    const certificate = new X509Certificate((await authority()).caCertPem);
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
  ])("one that an authority with a key of %s %j signs is good for the names asked for", async (algorithm, more) => {
    const { caCertPem, caPrivateKeyPem } = await authority();
    const { privateKeyPem = "" } = await key(algorithm, more);
    const { certRequestPem } = await make("CertRequest", {
      privateKeyPem,
      subject: { commonName: "kubernetes-admin", organization: "system:masters" },
      dnsNames: ["api.blue.internal"],
      ipAddresses: ["10.0.0.10"],
      uris: ["spiffe://blue/admin"],
    });
    expect(certRequestPem).toMatch(/^-----BEGIN CERTIFICATE REQUEST-----\n/);
    const { certPem = "", validityEndTime = "" } = await make("LocallySignedCert", {
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

  test("one in its early renewal period is outdated", async () => {
    const { privateKeyPem } = await key();
    const outputs = await make("SelfSignedCert", {
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
  const refused = async (kind: string, inputs: Properties): Promise<string[]> =>
    summary((await ask(kind, inputs)).refusals);

  test.each([
    [{ algorithm: "DSA" }, "algorithm: Invalid Attribute Value Match"],
    [{ algorithm: "ECDSA", ecdsaCurve: "P192" }, "ecdsaCurve: Invalid Attribute Value Match"],
    [{ algorithm: "RSA", rsaBits: 512 }, "rsaBits: Unable to generate Key from configuration"],
  ])("a key of %j", async (inputs, refusal) => {
    expect(await refused("PrivateKey", inputs)).toEqual([refusal]);
  });

  test.each([
    [{ allowedUses: ["opening_doors"] }, "allowedUses[0]: Invalid Attribute Value Match"],
    [{ validityPeriodHours: -1 }, "validityPeriodHours: Invalid Attribute Value"],
    [{ ipAddresses: ["blue"] }, "ipAddresses[0]: Invalid IP address"],
    [{ privateKeyPem: "key" }, "privateKeyPem: Failed to parse private key PEM"],
  ])("a self-signed certificate with %j", async (change, refusal) => {
    const { privateKeyPem } = await key();
    const inputs = { privateKeyPem, allowedUses: [], validityPeriodHours: 1, ...change };
    const { ipAddresses, ...rest } = inputs as Properties;
    expect(await refused("SelfSignedCert", ipAddresses === undefined ? rest : inputs)).toContain(refusal);
  });

  test("a request without a key", async () => {
    expect(await refused("CertRequest", { privateKeyPem: "" })).toEqual([
      "privateKeyPem: Failed to parse private key PEM",
    ]);
  });

  test("what an authority cannot sign", async () => {
    const { caCertPem, caPrivateKeyPem } = await authority();
    const { privateKeyPem } = await key();
    const { certRequestPem } = await make("CertRequest", { privateKeyPem });
    const valid = { certRequestPem, caCertPem, caPrivateKeyPem, allowedUses: [], validityPeriodHours: 1 };
    expect(await refused("LocallySignedCert", valid)).toEqual([]);
    expect(await refused("LocallySignedCert", { ...valid, certRequestPem: "request" })).toEqual([
      "certRequestPem: Failed to parse certificate request PEM",
    ]);
    expect(await refused("LocallySignedCert", { ...valid, caCertPem: "authority" })).toEqual([
      "caCertPem: Failed to parse CA certificate PEM",
    ]);
    expect(await refused("LocallySignedCert", { ...valid, caPrivateKeyPem: privateKeyPem })).toEqual([
      "caPrivateKeyPem: Failed to create certificate",
    ]);
  });

  test("a request whose signature is not that of its key", async () => {
    const { caCertPem, caPrivateKeyPem } = await authority();
    const { privateKeyPem } = await key();
    const { certRequestPem = "" } = await make("CertRequest", { privateKeyPem, subject: { commonName: "alice" } });
    const der = Buffer.from(certRequestPem.replace(/-----[^-]+-----|\s/g, ""), "base64");
    der.write("mallo", der.indexOf("alice"));
    const forged = `-----BEGIN CERTIFICATE REQUEST-----\n${der.toString("base64")}\n-----END CERTIFICATE REQUEST-----\n`;
    const inputs = { certRequestPem: forged, caCertPem, caPrivateKeyPem, allowedUses: [], validityPeriodHours: 1 };
    expect((await ask("LocallySignedCert", inputs)).refusals[0]?.message).toContain("signature is wrong");
  });
});
