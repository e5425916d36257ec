import { adminCertificate } from "../../../components/pki/authorities.plan";
import { renderKubeconfig } from "../../../components/pki/kubeconfig.plan";

test.each([
  [168, 42],
  [1, 1],
  [8760, 2190],
])("the administrator's certificate of %d hours is renewed in its last %d hours", (adminHours, earlyRenewalHours) => {
  expect(adminCertificate({ adminHours })).toMatchObject({ hours: adminHours, earlyRenewalHours });
});

test("base64 in a kubeconfig is on one line", () => {
  const certificate = "certificate ".repeat(200);
  const text = renderKubeconfig({ cluster: "blue", server: "", user: "ann", authority: "", certificate, key: "" });
  expect(text).toContain(`client-certificate-data: ${Buffer.from(certificate).toString("base64")}\n`);
});
