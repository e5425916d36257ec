import { spawnSync } from "node:child_process";
import { parse } from "yaml";
import { renderUserData, userDataLimit } from "../../../components/node/userData.plan";
import { machines } from "./nodeSupport";

const bundle = { bucket: "blue-bundle-1a2b3c4", key: `bundle/${"0".repeat(64)}.tar.gz`, sha256: "0".repeat(64) };

interface CloudConfig {
  readonly write_files: readonly { path: string; permissions: string; content: string }[];
  readonly runcmd: readonly string[][];
}
const read = (text: string): CloudConfig => parse(text, { version: "1.1" }) as CloudConfig;

test.each(Object.entries(machines))("user data of %s writes node.json and starts a unit", (_, node) => {
  const text = renderUserData({ bundle, node });
  const config = read(text);
  const file = (path: string) => config.write_files.find((entry) => entry.path === path);
  expect(text.startsWith("#cloud-config\n")).toBe(true);
  expect(Buffer.byteLength(text)).toBeLessThan(userDataLimit / 2);
  expect(JSON.parse(file("/etc/holdfast/node.json")?.content ?? "")).toEqual(node);
  expect(file("/opt/holdfast/bootstrap")?.permissions).toBe("0755");
  expect(file("/etc/systemd/system/holdfast-bootstrap.service")?.content).toContain("WantedBy=multi-user.target");
  expect(config.runcmd.at(-1)).toEqual(["systemctl", "start", "--no-block", "holdfast-bootstrap.service"]);
});

test("bundle.env quotes every character", () => {
  const strange = { bucket: "it's $HOME `id` \\", key: "bundle/a b", sha256: "x" };
  const config = read(renderUserData({ bundle: strange, node: machines.worker }));
  const environment = config.write_files.find(({ path }) => path === "/etc/holdfast/bundle.env")?.content ?? "";
  const shell = spawnSync("bash", [
    "-c",
    `${environment}\nprintf '%s|%s|%s' "$BUNDLE_BUCKET" "$BUNDLE_KEY" "$AWS_REGION"`,
  ]);
  expect(shell.stdout.toString()).toBe(`${strange.bucket}|${strange.key}|${machines.worker.region}`);
});

test("too many labels exceed EC2's limit", () => {
  const labels = Object.fromEntries(Array.from({ length: 200 }, (_, index) => [`label-${index}`, "x".repeat(60)]));
  const node = { ...machines.worker, pool: { ...machines.worker.pool, labels } };
  expect(() => renderUserData({ bundle, node })).toThrow(/user data has \d+ bytes, limit 16384/);
});
