import {
  adminCertificate,
  authorities,
  authorityHours,
  parameterPrefix,
} from "../../../components/pki/authorities.plan";
import { renderKubeconfig } from "../../../components/pki/kubeconfig.plan";
import { parse } from "yaml";

describe("authorities", () => {
  test("are kubeadm's three, each with parameters of its own", () => {
    expect(
      authorities.map(({ name, commonName, certificatePath, keyPath }) => [name, commonName, certificatePath, keyPath]),
    ).toEqual([
      ["kubernetes", "kubernetes", "/pki/kubernetes/ca.crt", "/pki/kubernetes/ca.key"],
      ["etcd", "etcd-ca", "/pki/etcd/ca.crt", "/pki/etcd/ca.key"],
      ["frontProxy", "front-proxy-ca", "/pki/kubernetes/front-proxy-ca.crt", "/pki/kubernetes/front-proxy-ca.key"],
    ]);
  });

  test("live whole years, in hours", () => {
    expect(authorityHours({ authorityYears: 10 })).toBe(87660);
  });

  test("keep their parameters below the cluster's name", () => {
    expect(parameterPrefix("blue")).toBe("/holdfast/blue");
  });
});

describe("the administrator's certificate", () => {
  test.each([
    [168, 42],
    [1, 1],
    [8760, 2190],
  ])("of %d hours is renewed in its last %d", (adminHours, earlyRenewalHours) => {
    expect(adminCertificate({ adminHours })).toMatchObject({ hours: adminHours, earlyRenewalHours });
  });

  test("is in a group that RBAC can take rights from, and only a client's", () => {
    expect(adminCertificate({ adminHours: 1 })).toMatchObject({
      organization: "kubeadm:cluster-admins",
      uses: ["digital_signature", "key_encipherment", "client_auth"],
    });
  });
});

test("a kubeconfig holds one user of one cluster, and no line of it is folded", () => {
  const long = "certificate ".repeat(200);
  const text = renderKubeconfig({
    cluster: "blue",
    server: "https://api.blue.internal:6443",
    user: "ann",
    authority: "authority",
    certificate: long,
    key: "key",
  });
  const base64 = (plain: string) => Buffer.from(plain).toString("base64");
  expect(text).toContain(`client-certificate-data: ${base64(long)}\n`);
  expect(parse(text)).toEqual({
    apiVersion: "v1",
    kind: "Config",
    clusters: [
      {
        name: "blue",
        cluster: { server: "https://api.blue.internal:6443", "certificate-authority-data": base64("authority") },
      },
    ],
    users: [{ name: "ann", user: { "client-certificate-data": base64(long), "client-key-data": base64("key") } }],
    contexts: [{ name: "ann@blue", context: { cluster: "blue", user: "ann" } }],
    "current-context": "ann@blue",
  });
});
