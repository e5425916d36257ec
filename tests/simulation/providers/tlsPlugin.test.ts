import { X509Certificate } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { Secret } from "../../../plan/program/secret";
import { unknownValue } from "../../../simulation/providers/properties";
import { EngineClient } from "./client";

const keyType = "tls:index/privateKey:PrivateKey";
const certificateType = "tls:index/selfSignedCert:SelfSignedCert";

let folder: string;
let engine: EngineClient;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "holdfast-plugin-"));
  engine = await EngineClient.start("tls", folder);
});

afterEach(async () => {
  engine.close();
  await rm(folder, { recursive: true });
});

test("a key is secret and stays the same in the next run", async () => {
  const key = await engine.checkAndCreate(keyType, "ca", { algorithm: "ECDSA", ecdsaCurve: "P256" });
  const pem = key.outputs.privateKeyPem as Secret;
  expect(pem).toBeInstanceOf(Secret);
  expect(key.outputs.publicKeyPem).toMatch(/^-----BEGIN PUBLIC KEY-----/);
  const next = await EngineClient.start("tls", folder);
  try {
    expect((await next.read(key.urn, key.id, key.inputs)).outputs.privateKeyPem).toEqual(pem);
  } finally {
    next.close();
  }
});

async function createCertificate(hours: number) {
  const key = await engine.checkAndCreate(keyType, "ca", { algorithm: "ECDSA", ecdsaCurve: "P256" });
  return engine.checkAndCreate(certificateType, "ca", {
    privateKeyPem: key.outputs.privateKeyPem,
    subject: { commonName: "kubernetes" },
    allowedUses: ["cert_signing"],
    isCaCertificate: true,
    validityPeriodHours: hours,
    earlyRenewalHours: 1,
  });
}

test("an update of earlyRenewalHours keeps the certificate", async () => {
  const certificate = await createCertificate(1000);
  expect(new X509Certificate(String(certificate.outputs.certPem)).ca).toBe(true);
  const inputs = { ...certificate.inputs, earlyRenewalHours: 24 };
  expect(await engine.diff(certificate, inputs)).toMatchObject({ diffs: ["earlyRenewalHours"], replaces: [] });
  const updated = await engine.update(certificate, inputs);
  expect(updated.outputs).toEqual({ ...certificate.outputs, earlyRenewalHours: 24 });
});

test("a certificate in its renewal period is replaced without a changed input", async () => {
  const due = await createCertificate(1);
  expect(await engine.diff(due, due.inputs)).toMatchObject({ some: true, replaces: ["readyForRenewal"] });
});

test("a preview accepts a certificate with an unknown key", async () => {
  const inputs = {
    privateKeyPem: new Secret(unknownValue),
    subject: { commonName: "kubernetes" },
    allowedUses: ["cert_signing"],
    validityPeriodHours: 10,
  };
  const { id, outputs } = await engine.checkAndCreate(certificateType, "ca", inputs, true);
  expect([id, outputs]).toEqual(["", inputs]);
  await expect(
    engine.checkAndCreate(certificateType, "ca", { ...inputs, allowedUses: ["world_domination"] }, true),
  ).rejects.toThrow("not a known key usage");
});
