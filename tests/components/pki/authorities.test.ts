import { adminCertificate } from "../../../components/pki/authorities.plan";
import { renderKubeconfig } from "../../../components/pki/kubeconfig.plan";
import { parse } from "yaml";

describe("the administrator's certificate", () => {
  test.each([
    [168, 42],
    [1, 1],
    [8760, 2190],
  ])("of %d hours is renewed in its last %d hours", (adminHours, earlyRenewalHours) => {
    expect(adminCertificate({ adminHours })).toMatchObject({ hours: adminHours, earlyRenewalHours });
  });

  test("has a group that RBAC can restrict, and is for clients only", () => {
    expect(adminCertificate({ adminHours: 1 })).toMatchObject({
      organization: "kubeadm:cluster-admins",
      uses: ["digital_signature", "key_encipherment", "client_auth"],
    });
  });
});

test("a kubeconfig has one user of one cluster, and no folded lines", () => {
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
