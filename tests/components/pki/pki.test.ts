import { readFileSync } from "node:fs";
import { join } from "node:path";

import { output, secret } from "@pulumi/pulumi";
import { parse } from "yaml";

import { awsAccount } from "../../../components/aws/account";
import type { PkiSpec } from "../../../components/clusterSpec";
import { Pki } from "../../../components/pki/pki";
import type { Rotation } from "../../../components/pki/rotation.plan";
import { Secret, account, deploy, publicKeyOf, region } from "../../mocks";

const atRest: Rotation = { generation: 1, stage: "drop" };
const plain: PkiSpec = {
  authorityYears: 10,
  adminHours: 168,
  leafHours: 8760,
  authorities: { kubernetes: { ...atRest, own: {} }, etcd: { ...atRest, own: {} }, frontProxy: { ...atRest, own: {} } },
  serviceAccountKey: atRest,
};

function deployPki(protect: boolean, spec: PkiSpec = plain, keys?: Record<string, string>) {
  return deploy(() => {
    const pki = new Pki("blue-pki", {
      cluster: "blue",
      account: awsAccount(region, {}),
      apiUrl: "https://api.blue.internal:6443",
      spec,
      ...(keys && { authorityKeys: secret(keys) }),
      protect,
    });
    const { parameterPrefix, secretsKeyArn, clusterCaCertificate, adminKubeconfig, serviceAccountPublicKeys } = pki;
    const secrecy = {
      kubeconfig: output(isSecret(adminKubeconfig)),
      certificate: output(isSecret(clusterCaCertificate)),
    };
    return {
      parameterPrefix,
      secretsKeyArn,
      clusterCaCertificate,
      adminKubeconfig,
      serviceAccountPublicKeys: [...serviceAccountPublicKeys],
      secrecy,
      paths: Object.keys(pki.parameters),
    };
  });
}

function isSecret(value: unknown): Promise<boolean> {
  return (value as { isSecret: Promise<boolean> }).isSecret;
}

let pki: Awaited<ReturnType<typeof deployPki>>;
beforeAll(async () => {
  pki = await deployPki(true);
});

const keyArn = `arn:aws:kms:${region}:${account}:blue-pki-secrets`;

describe("authorities", () => {
  test.each([
    ["kubernetes", "kubernetes"],
    ["etcd", "etcd-ca"],
    ["frontProxy", "front-proxy-ca"],
  ])("%s signs itself as %s with an ECDSA key", (name, commonName) => {
    const { get } = pki;
    expect(get(`blue-pki-${name}`, "PrivateKey").inputs).toEqual({ algorithm: "ECDSA", ecdsaCurve: "P256" });
    expect(get(`blue-pki-${name}`, "SelfSignedCert").inputs).toEqual({
      privateKeyPem: new Secret(`private key of blue-pki-${name}`),
      isCaCertificate: true,
      setSubjectKeyId: true,
      subject: { commonName, organization: "blue" },
      allowedUses: ["cert_signing", "crl_signing", "digital_signature"],
      validityPeriodHours: 87660,
      earlyRenewalHours: 0,
    });
  });

  test("the key of service accounts is RSA", () => {
    const { get } = pki;
    expect(get("blue-pki-serviceAccounts", "PrivateKey").inputs).toEqual({ algorithm: "RSA", rsaBits: 2048 });
  });

  test.each([true, false])("all of it outlives the stack: %s", async (protect) => {
    const { resources } = await deployPki(protect);
    const kept = resources.filter(
      ({ type, name }) =>
        /:(PrivateKey|SelfSignedCert|Key|Parameter)$/.test(type) &&
        !name.endsWith("-admin") &&
        !/-(join-kubeconfig|order|settled)$/.test(name),
    );
    expect(kept).toHaveLength(4 + 3 + 1 + 8);
    for (const { options } of kept) expect(options).toMatchObject({ protect, retainOnDelete: protect });
  });
});

describe("parameters", () => {
  test.each([
    ["/pki/kubernetes/ca.crt", "certificate of blue-pki-kubernetes"],
    ["/pki/kubernetes/ca.key", "private key of blue-pki-kubernetes"],
    ["/pki/etcd/ca.crt", "certificate of blue-pki-etcd"],
    ["/pki/etcd/ca.key", "private key of blue-pki-etcd"],
    ["/pki/kubernetes/front-proxy-ca.crt", "certificate of blue-pki-frontProxy"],
    ["/pki/kubernetes/front-proxy-ca.key", "private key of blue-pki-frontProxy"],
    ["/pki/kubernetes/sa.pub", publicKeyOf("blue-pki-serviceAccounts")],
    ["/pki/kubernetes/sa.key", "private key of blue-pki-serviceAccounts"],
  ])("%s is encrypted under the cluster's key", (path, value) => {
    const { get } = pki;
    const { description, ...inputs } = get(`blue-pki${path.replaceAll("/", "-")}`).inputs;
    expect(description).toBeTruthy();
    expect(inputs).toEqual({
      name: `/holdfast/blue${path}`,
      type: "SecureString",
      tier: "Intelligent-Tiering",
      keyId: keyArn,
      value: new Secret(value),
      tags: { Name: `blue${path}`, "holdfast:cluster": "blue" },
    });
  });

  test("/join/kubeconfig is the control plane's to write", () => {
    const { get } = pki;
    expect(get("blue-pki-join-kubeconfig")).toMatchObject({
      inputs: {
        name: "/holdfast/blue/join/kubeconfig",
        type: "SecureString",
        tier: "Intelligent-Tiering",
        keyId: keyArn,
        value: new Secret("pending"),
      },
      options: { ignoreChanges: ["value"], protect: false },
    });
  });

  test("there are no others, and private keys are in no other resource's plain inputs", () => {
    const { outputs, resources } = pki;
    expect(outputs.paths).toEqual([
      "/pki/kubernetes/ca.crt",
      "/pki/kubernetes/ca.key",
      "/pki/etcd/ca.crt",
      "/pki/etcd/ca.key",
      "/pki/kubernetes/front-proxy-ca.crt",
      "/pki/kubernetes/front-proxy-ca.key",
      "/pki/kubernetes/sa.pub",
      "/pki/kubernetes/sa.key",
      "/join/kubeconfig",
      "/pki/order",
      "/pki/settled",
    ]);
    const shown = JSON.stringify(resources, (_, value: unknown) => (value instanceof Secret ? "[secret]" : value));
    expect(shown).toContain("[secret]");
    expect(shown).not.toContain("private key of");
  });
});

test("the key of the parameters is rotated, and used only by SSM for this cluster's parameters", () => {
  const { get, outputs } = pki;
  const key = get("blue-pki-secrets", "Key").inputs;
  expect(key["enableKeyRotation"]).toBe(true);
  expect(get("blue-pki-secrets-alias").inputs["name"]).toBe("alias/holdfast-blue-secrets");
  expect(outputs.secretsKeyArn).toBe(keyArn);
  const { Statement } = JSON.parse(key["policy"] as string) as { Statement: object[] };
  expect(Statement).toHaveLength(2);
  expect(Statement[1]).toEqual({
    Sid: "UseThroughParameterStore",
    Effect: "Allow",
    Principal: { AWS: `arn:aws:iam::${account}:root` },
    Action: ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*"],
    Resource: "*",
    Condition: {
      StringEquals: { "kms:CallerAccount": account, "kms:ViaService": `ssm.${region}.amazonaws.com` },
      ArnLike: { "kms:EncryptionContext:PARAMETER_ARN": `arn:aws:ssm:${region}:${account}:parameter/holdfast/blue/*` },
    },
  });
});

describe("the administrator", () => {
  test("gets a short certificate, renewed in its last quarter", () => {
    const { get } = pki;
    expect(get("blue-pki-admin", "CertRequest").inputs).toEqual({
      privateKeyPem: new Secret("private key of blue-pki-admin"),
      subject: { commonName: "holdfast-admin", organization: "kubeadm:cluster-admins" },
    });
    expect(get("blue-pki-admin", "LocallySignedCert").inputs).toEqual({
      certRequestPem: "request of blue-pki-admin",
      caCertPem: "certificate of blue-pki-kubernetes",
      caPrivateKeyPem: new Secret("private key of blue-pki-kubernetes"),
      allowedUses: ["digital_signature", "key_encipherment", "client_auth"],
      validityPeriodHours: 168,
      earlyRenewalHours: 42,
    });
  });

  test("gets a kubeconfig, as a secret, with the API's name only", () => {
    const { outputs } = pki;
    expect(outputs.secrecy).toEqual({ kubeconfig: true, certificate: false });
    expect(outputs.clusterCaCertificate).toBe("certificate of blue-pki-kubernetes");
    expect(parse(outputs.adminKubeconfig)).toMatchObject({
      clusters: [{ name: "blue", cluster: { server: "https://api.blue.internal:6443" } }],
      users: [
        {
          name: "holdfast-admin",
          user: { "client-key-data": Buffer.from("private key of blue-pki-admin").toString("base64") },
        },
      ],
    });
  });
});

describe("a rotation", () => {
  const rotating = (stage: Rotation["stage"]): PkiSpec => ({
    ...plain,
    authorities: { ...plain.authorities, kubernetes: { generation: 2, stage, own: {} } },
    serviceAccountKey: { generation: 2, stage },
  });
  const valueOf = (deployed: Awaited<ReturnType<typeof deployPki>>, path: string): unknown =>
    (deployed.get(`blue-pki-pki-kubernetes-${path}`).inputs["value"] as Secret).value;

  test.each([
    ["trust", ["", "-2"], true],
    ["issue", ["-2", ""], true],
    ["drop", ["-2"], false],
  ] as const)(
    "at %s trusts %j, the first of which issues; the one before is protected: %s",
    async (stage, trusted, kept) => {
      const deployed = await deployPki(true, rotating(stage));
      const all = (what: string) => trusted.map((ending) => `${what}${ending}`);
      const lines = (texts: readonly string[]) =>
        texts.length === 1 ? texts[0] : texts.map((text) => `${text}\n`).join("");
      const [issuer = ""] = trusted;
      expect(valueOf(deployed, "ca.crt")).toBe(lines(all("certificate of blue-pki-kubernetes")));
      expect(valueOf(deployed, "ca.key")).toBe(`private key of blue-pki-kubernetes${issuer}`);
      const keys = trusted.map((ending) => publicKeyOf(`blue-pki-serviceAccounts${ending}`));
      expect(valueOf(deployed, "sa.pub")).toBe(
        keys.length === 1 ? keys[0] : keys.map((text) => `${text.trimEnd()}\n`).join(""),
      );
      expect(valueOf(deployed, "sa.key")).toBe(`private key of blue-pki-serviceAccounts${issuer}`);
      expect(deployed.outputs.serviceAccountPublicKeys).toEqual(keys);
      expect(deployed.get("blue-pki-admin", "LocallySignedCert").inputs["caCertPem"]).toBe(
        `certificate of blue-pki-kubernetes${issuer}`,
      );
      const { clusters } = parse(deployed.outputs.adminKubeconfig) as {
        clusters: { cluster: Record<string, string> }[];
      };
      expect(Buffer.from(clusters[0]?.cluster["certificate-authority-data"] ?? "", "base64").toString()).toBe(
        lines(all("certificate of blue-pki-kubernetes")),
      );
      expect(deployed.get("blue-pki-kubernetes-2", "SelfSignedCert").inputs["subject"]).toEqual({
        commonName: "kubernetes-2",
        organization: "blue",
      });
      for (const [name, type] of [
        ["kubernetes", "PrivateKey"],
        ["kubernetes", "SelfSignedCert"],
        ["serviceAccounts", "PrivateKey"],
      ]) {
        expect(deployed.get(`blue-pki-${name ?? ""}`, type).options).toMatchObject({
          protect: kept,
          retainOnDelete: kept,
        });
        expect(deployed.get(`blue-pki-${name ?? ""}-2`, type).options).toMatchObject({
          protect: true,
          retainOnDelete: true,
        });
      }
      // Others stay as they are.
      expect(valueOf(deployed, "front-proxy-ca.crt")).toBe("certificate of blue-pki-frontProxy");
    },
  );

  test("is ordered after everything that the order speaks of, in plain sight", async () => {
    const { get } = await deployPki(true, rotating("trust"));
    const order = get("blue-pki-order");
    expect(order.options.dependsOn).toHaveLength(8);
    expect(order.inputs).toMatchObject({ name: "/holdfast/blue/pki/order", type: "String" });
    expect(JSON.parse(order.inputs["insecureValue"] as string)).toMatchObject({
      kubernetes: { stage: "2-trust" },
      etcd: { stage: "1-drop" },
      serviceAccount: { stage: "2-trust" },
    });
    expect(get("blue-pki-settled")).toMatchObject({
      inputs: { name: "/holdfast/blue/pki/settled", type: "String" },
      options: { ignoreChanges: ["value"] },
    });
  });
});

describe("one's own authority", () => {
  test("is what is trusted, without its root; its key is a secret wherever it goes", async () => {
    const own = readFileSync(join(__dirname, "own-root.crt"), "utf8");
    const spec = { ...plain, authorities: { ...plain.authorities, etcd: { ...atRest, own: { "1": own } } } };
    const { get, resources } = await deployPki(true, spec, { "etcd-1": "KEY OF ETCD" });
    expect((get("blue-pki-pki-etcd-ca.crt").inputs["value"] as Secret).value).toBe(own);
    expect(get("blue-pki-pki-etcd-ca.key").inputs["value"]).toEqual(new Secret("KEY OF ETCD"));
    expect(resources.filter(({ name }) => name === "blue-pki-etcd")).toEqual([]);
    const shown = JSON.stringify(resources, (_, value: unknown) => (value instanceof Secret ? "[secret]" : value));
    expect(shown).not.toContain("KEY OF ETCD");
  });
});
