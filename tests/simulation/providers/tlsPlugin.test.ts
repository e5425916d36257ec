import { X509Certificate } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { Secret } from "../../../plan/program/secret";
import { unknown } from "../../../simulation/providers/properties";
import { EngineSide } from "./client";

const keyType = "tls:index/privateKey:PrivateKey";
const certificateType = "tls:index/selfSignedCert:SelfSignedCert";

let folder: string;
let engine: EngineSide;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "holdfast-plugin-"));
  engine = await EngineSide.start("tls", folder);
});

afterEach(async () => {
  engine.close();
  await rm(folder, { recursive: true });
});

test("keys are secret, real, and the same for the next run", async () => {
  const key = await engine.make(keyType, "ca", { algorithm: "ECDSA", ecdsaCurve: "P256" });
  const pem = key.outputs.privateKeyPem as Secret;
  expect(pem).toBeInstanceOf(Secret);
  expect(key.outputs.publicKeyPem).toMatch(/^-----BEGIN PUBLIC KEY-----/);
  const next = await EngineSide.start("tls", folder);
  try {
    expect((await next.read(key.urn, key.id, key.inputs)).outputs.privateKeyPem).toEqual(pem);
  } finally {
    next.close();
  }
});

async function makeCertificate(hours: number) {
  const key = await engine.make(keyType, "ca", { algorithm: "ECDSA", ecdsaCurve: "P256" });
  return engine.make(certificateType, "ca", {
    privateKeyPem: key.outputs.privateKeyPem,
    subject: { commonName: "kubernetes" },
    allowedUses: ["cert_signing"],
    isCaCertificate: true,
    validityPeriodHours: hours,
    earlyRenewalHours: 1,
  });
}

test("an update of when to renew leaves the certificate as it is", async () => {
  const certificate = await makeCertificate(1000);
  expect(new X509Certificate(String(certificate.outputs.certPem)).ca).toBe(true);
  const inputs = { ...certificate.inputs, earlyRenewalHours: 24 };
  expect(await engine.diff(certificate, inputs)).toMatchObject({ diffs: ["earlyRenewalHours"], replaces: [] });
  const updated = await engine.update(certificate, inputs);
  expect(updated.outputs).toEqual({ ...certificate.outputs, earlyRenewalHours: 24 });
});

test("a certificate that is due is made anew although nothing was changed", async () => {
  const due = await makeCertificate(1);
  expect(await engine.diff(due, due.inputs)).toMatchObject({ some: true, replaces: ["readyForRenewal"] });
});

test("a preview needs no key to announce a certificate", async () => {
  const inputs = {
    privateKeyPem: new Secret(unknown),
    subject: { commonName: "kubernetes" },
    allowedUses: ["cert_signing"],
    validityPeriodHours: 10,
  };
  const { id, outputs } = await engine.make(certificateType, "ca", inputs, true);
  expect([id, outputs]).toEqual(["", inputs]);
  await expect(
    engine.make(certificateType, "ca", { ...inputs, allowedUses: ["world_domination"] }, true),
  ).rejects.toThrow("not a key usage");
});
