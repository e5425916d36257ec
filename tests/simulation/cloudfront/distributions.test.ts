import { World } from "../../../simulation/core/world";
import { TestAccount } from "../testAccount";

const controlType = "aws:cloudfront/originAccessControl:OriginAccessControl";
const distributionType = "aws:cloudfront/distribution:Distribution";

async function refusalsOf(change: (controlId: string) => object, world = new World("eu-central-1")) {
  const account = new TestAccount();
  const { id } = await account.create(controlType, "access", { originAccessControlOriginType: "s3" }, world);
  const inputs = {
    enabled: true,
    origins: [{ originId: "bucket", domainName: "b.s3.eu-central-1.amazonaws.com", originAccessControlId: id }],
    defaultCacheBehavior: { targetOriginId: "bucket" },
    ...change(String(id)),
  };
  const { refusals, outputs } = await account.request(distributionType, "cdn", inputs, world);
  return { outputs, refusals: refusals.map(({ property, code }) => [property, code]) };
}

test("a distribution has a name of its own", async () => {
  const { outputs, refusals } = await refusalsOf(() => ({}));
  expect(refusals).toEqual([]);
  expect(outputs.domainName).toMatch(/^d[0-9a-f]{13}\.cloudfront\.net$/);
  expect(outputs.arn).toMatch(/^arn:aws:cloudfront::\d{12}:distribution\/E[0-9A-F]{13}$/);
});

test.each<[string, (id: string) => object, string, string]>([
  [
    "an unknown origin access control",
    () => ({ origins: [{ originId: "bucket", domainName: "b", originAccessControlId: "E0" }] }),
    "origins[0].originAccessControlId",
    "InvalidOriginAccessControl",
  ],
  [
    "a cache behavior for an unknown origin",
    () => ({ defaultCacheBehavior: { targetOriginId: "other" } }),
    "defaultCacheBehavior.targetOriginId",
    "NoSuchOrigin",
  ],
])("refuses %s", async (_title, change, property, code) => {
  expect((await refusalsOf(change)).refusals).toEqual([[property, code]]);
});

test("refuses a distribution without a certificate in China", async () => {
  const { refusals } = await refusalsOf(() => ({}), new World("cn-north-1"));
  expect(refusals).toEqual([["viewerCertificate", "InvalidViewerCertificate"]]);
});
