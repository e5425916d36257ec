import { settingsWarnings } from "../../stacks/warnings";
import { cluster } from "./settingsSupport";

const secret = { secure: "v1:abc" };
const none = { encrypted: [] };

test.each<[title: string, config: Record<string, unknown>, paths: readonly string[]]>([
  ["password of a registry", { "holdfast:registries": { ghcr: { password: "s3cret" } } }, ["registries.ghcr.password"]],
  ["password in JSON text", { "holdfast:registries": '{"a":{"password":"s3cret"}}' }, ["registries.a.password"]],
  ["key of an authority", { "holdfast:authorityKeys": { "etcd-1": "s3cret" } }, ["authorityKeys.etcd-1"]],
  ["AWS secret key", { "aws:secretKey": "s3cret", "aws:token": "s3cret" }, ["aws:secretKey", "aws:token"]],
])("warns about a plain-text %s, without showing it", (_title, config, paths) => {
  const warnings = settingsWarnings({ ...none, config: { ...cluster(), ...config } });
  expect(warnings.map(({ path }) => path)).toEqual(paths);
  for (const { path, message } of warnings) {
    expect(message).toContain(`pulumi config set --secret --path '${path}'`);
  }
  expect(JSON.stringify(warnings)).not.toContain("s3cret");
});

test("does not warn about encrypted secrets", () => {
  const config = {
    ...cluster(),
    "holdfast:registries": { ghcr: { server: "ghcr.io", username: "x", password: secret } },
    "holdfast:authorityKeys": secret,
    "aws:secretKey": secret,
  };
  expect(settingsWarnings({ ...none, config })).toEqual([]);
});

test("says which settings a plan could not check, and that AWS gets them in plain text", () => {
  const encrypted = ["cluster.tags.owner", "aws:region"];
  const [tag, region] = settingsWarnings({ config: cluster(), encrypted });
  expect(tag).toMatchObject({ path: "cluster.tags.owner", found: "[secret]" });
  expect(tag?.message).toMatch(
    /not checked, and planned with a placeholder\. AWS and the machines get it in plain text/,
  );
  expect(region?.message).toMatch(/placeholder$/);
});
