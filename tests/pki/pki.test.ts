import { output } from "@pulumi/pulumi";
import { parse } from "yaml";

import { awsAccount } from "../../components/account/account";
import { Pki } from "../../components/pki/pki";
import { Secret, account, deploy, publicKeyOf, region } from "../mocks";

function deployPki(protect: boolean) {
  return deploy(() => {
    const pki = new Pki("blue-pki", {
      cluster: "blue",
      account: awsAccount(region, {}),
      apiUrl: "https://api.blue.internal:6443",
      spec: { authorityYears: 10, adminHours: 168 },
      protect,
    });
    const { parameterPrefix, secretsKeyArn, clusterCaCertificate, adminKubeconfig } = pki;
    const secrecy = {
      kubeconfig: output(isSecret(adminKubeconfig)),
      certificate: output(isSecret(clusterCaCertificate)),
    };
    return {
      parameterPrefix,
      secretsKeyArn,
      clusterCaCertificate,
      adminKubeconfig,
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
        !name.endsWith("-join-kubeconfig"),
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
    ]);
    const plain = JSON.stringify(resources, (_, value: unknown) => (value instanceof Secret ? "[secret]" : value));
    expect(plain).toContain("[secret]");
    expect(plain).not.toContain("private key of");
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
