import { readFileSync } from "node:fs";
import { join } from "node:path";

import { output, secret } from "@pulumi/pulumi";
import { parse } from "yaml";

import { fetchAwsAccount } from "../../../components/aws/awsAccount";
import { Pki } from "../../../components/pki/pki";
import type { Rotation } from "../../../components/pki/rotation.plan";
import type { PkiSpec } from "../../../components/pki/settings";
import { Secret, account, deploy, publicKeyOf, region } from "../../mocks";

const settled: Rotation = { generation: 1, stage: "drop" };
const plain: PkiSpec = {
  authorityYears: 10,
  adminHours: 168,
  leafHours: 8760,
  authorities: {
    kubernetes: { ...settled, own: {} },
    etcd: { ...settled, own: {} },
    frontProxy: { ...settled, own: {} },
  },
  serviceAccountKey: settled,
};

function deployPki(protect: boolean, spec: PkiSpec = plain, keys?: Record<string, string>) {
  return deploy(() => {
    const pki = new Pki("blue-pki", {
      cluster: "blue",
      awsAccount: fetchAwsAccount(region, {}),
      apiUrl: "https://api.blue.internal:6443",
      spec,
      authorityKeys: keys && secret(keys),
      protect,
    });
    const { secretsKeyArn, clusterCaCertificate, adminKubeconfig, serviceAccountPublicKeys } = pki;
    return {
      secretsKeyArn,
      clusterCaCertificate,
      adminKubeconfig,
      serviceAccountPublicKeys: [...serviceAccountPublicKeys],
      secrecy: { kubeconfig: output(isSecret(adminKubeconfig)), certificate: output(isSecret(clusterCaCertificate)) },
      paths: Object.keys(pki.parameters),
    };
  });
}

function isSecret(value: unknown): Promise<boolean> {
  return (value as { isSecret: Promise<boolean> }).isSecret;
}

const withoutSecrets = (value: unknown): string =>
  JSON.stringify(value, (_, inner: unknown) => (inner instanceof Secret ? "[secret]" : inner));

let pki: Awaited<ReturnType<typeof deployPki>>;
beforeAll(async () => {
  pki = await deployPki(true);
});

const keyArn = `arn:aws:kms:${region}:${account}:blue-pki-secrets`;

test.each([
  ["/pki/kubernetes/ca.crt", "certificate of blue-pki-kubernetes"],
  ["/pki/kubernetes/ca.key", "private key of blue-pki-kubernetes"],
  ["/pki/etcd/ca.crt", "certificate of blue-pki-etcd"],
  ["/pki/etcd/ca.key", "private key of blue-pki-etcd"],
  ["/pki/kubernetes/front-proxy-ca.crt", "certificate of blue-pki-frontProxy"],
  ["/pki/kubernetes/front-proxy-ca.key", "private key of blue-pki-frontProxy"],
  ["/pki/kubernetes/sa.pub", publicKeyOf("blue-pki-serviceAccounts")],
  ["/pki/kubernetes/sa.key", "private key of blue-pki-serviceAccounts"],
  ["/join/kubeconfig", "pending"],
])("parameter %s is encrypted under the cluster's key", (path, value) => {
  expect(pki.get(`blue-pki${path.replaceAll("/", "-")}`).inputs).toMatchObject({
    name: `/holdfast/blue${path}`,
    type: "SecureString",
    tier: "Intelligent-Tiering",
    keyId: keyArn,
    value: new Secret(value),
  });
});

test("private keys are in no plain input, and no other parameter exists", () => {
  expect(pki.outputs.paths).toHaveLength(8 + 3);
  expect(withoutSecrets(pki.resources)).toContain("[secret]");
  expect(withoutSecrets(pki.resources)).not.toContain("private key of");
});

test("the control plane owns the value of the join kubeconfig", () => {
  expect(pki.get("blue-pki-join-kubeconfig").options).toMatchObject({ ignoreChanges: ["value"], protect: false });
});

test.each([true, false])("protect: %s keeps keys, certificates and parameters, or deletes them", async (protect) => {
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

test("only Parameter Store uses the key, for this cluster's parameters", () => {
  const { Statement } = JSON.parse(pki.get("blue-pki-secrets", "Key").inputs["policy"] as string) as {
    Statement: object[];
  };
  expect(pki.outputs.secretsKeyArn).toBe(keyArn);
  expect(Statement).toHaveLength(2);
  expect(Statement[1]).toMatchObject({
    Principal: { AWS: `arn:aws:iam::${account}:root` },
    Condition: {
      StringEquals: { "kms:CallerAccount": account, "kms:ViaService": `ssm.${region}.amazonaws.com` },
      StringLike: {
        "kms:EncryptionContext:PARAMETER_ARN": `arn:aws:ssm:${region}:${account}:parameter/holdfast/blue/*`,
      },
    },
  });
});

test("the administrator's kubeconfig is a secret with the API's name and a certificate of the cluster's authority", () => {
  const { get, outputs } = pki;
  expect(get("blue-pki-admin", "LocallySignedCert").inputs).toMatchObject({
    certRequestPem: "request of blue-pki-admin",
    caCertPem: "certificate of blue-pki-kubernetes",
    caPrivateKeyPem: new Secret("private key of blue-pki-kubernetes"),
    validityPeriodHours: 168,
  });
  expect(outputs.secrecy).toEqual({ kubeconfig: true, certificate: false });
  expect(parse(outputs.adminKubeconfig)).toMatchObject({
    clusters: [{ name: "blue", cluster: { server: "https://api.blue.internal:6443" } }],
    users: [{ user: { "client-key-data": Buffer.from("private key of blue-pki-admin").toString("base64") } }],
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
    "stage %s trusts %j, issues from the first, and protects the previous generation: %s",
    async (stage, trusted, kept) => {
      const deployed = await deployPki(true, rotating(stage));
      const concatenated = (texts: readonly string[]) =>
        texts.length === 1 ? texts[0] : texts.map((text) => `${text.trimEnd()}\n`).join("");
      const certificates = concatenated(trusted.map((ending) => `certificate of blue-pki-kubernetes${ending}`));
      const keys = trusted.map((ending) => publicKeyOf(`blue-pki-serviceAccounts${ending}`));
      const [issuer = ""] = trusted;
      expect(valueOf(deployed, "ca.crt")).toBe(certificates);
      expect(valueOf(deployed, "ca.key")).toBe(`private key of blue-pki-kubernetes${issuer}`);
      expect(valueOf(deployed, "sa.pub")).toBe(concatenated(keys));
      expect(valueOf(deployed, "sa.key")).toBe(`private key of blue-pki-serviceAccounts${issuer}`);
      expect(deployed.outputs.serviceAccountPublicKeys).toEqual(keys);
      expect(deployed.get("blue-pki-admin", "LocallySignedCert").inputs["caCertPem"]).toBe(
        `certificate of blue-pki-kubernetes${issuer}`,
      );
      const { clusters } = parse(deployed.outputs.adminKubeconfig) as {
        clusters: { cluster: Record<string, string> }[];
      };
      expect(Buffer.from(clusters[0]?.cluster["certificate-authority-data"] ?? "", "base64").toString()).toBe(
        certificates,
      );
      // Verifiers look issuers up by name.
      expect(deployed.get("blue-pki-kubernetes-2", "SelfSignedCert").inputs["subject"]).toMatchObject({
        commonName: "kubernetes-2",
      });
      for (const [name, type] of [
        ["kubernetes", "PrivateKey"],
        ["kubernetes", "SelfSignedCert"],
        ["serviceAccounts", "PrivateKey"],
      ] as const) {
        const options = (generation: string) => deployed.get(`blue-pki-${name}${generation}`, type).options;
        expect(options("")).toMatchObject({ protect: kept, retainOnDelete: kept });
        expect(options("-2")).toMatchObject({ protect: true, retainOnDelete: true });
      }
      expect(valueOf(deployed, "front-proxy-ca.crt")).toBe("certificate of blue-pki-frontProxy");
    },
  );

  test("is ordered after the parameters that change, in a plain parameter", async () => {
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

test("an organization's authority replaces the stack's, and its key is a secret", async () => {
  const own = readFileSync(join(__dirname, "own-root.crt"), "utf8");
  const spec = { ...plain, authorities: { ...plain.authorities, etcd: { ...settled, own: { "1": own } } } };
  const { get, resources } = await deployPki(true, spec, { "etcd-1": "KEY OF ETCD" });
  expect((get("blue-pki-pki-etcd-ca.crt").inputs["value"] as Secret).value).toBe(own);
  expect(get("blue-pki-pki-etcd-ca.key").inputs["value"]).toEqual(new Secret("KEY OF ETCD"));
  expect(resources.filter(({ name }) => name === "blue-pki-etcd")).toEqual([]);
  expect(withoutSecrets(resources)).not.toContain("KEY OF ETCD");
});
