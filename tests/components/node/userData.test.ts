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

describe.each(Object.entries(machines))("%s", (_, node) => {
  const text = renderUserData({ bundle, node });
  const config = read(text);
  const file = (path: string) => config.write_files.find((entry) => entry.path === path);

  test("fits into user data twice over", () => {
    expect(text.startsWith("#cloud-config\n")).toBe(true);
    expect(Buffer.byteLength(text)).toBeLessThan(userDataLimit / 2);
  });

  test("tells the machine what it is, byte for byte", () => {
    expect(JSON.parse(file("/etc/holdfast/node.json")?.content ?? "")).toEqual(node);
    expect(file("/opt/holdfast/bootstrap")?.permissions).toBe("0755");
  });

  test("starts a unit and waits for nothing", () => {
    expect(config.runcmd).toEqual([
      ["systemctl", "daemon-reload"],
      ["systemctl", "enable", "holdfast-bootstrap.service"],
      ["systemctl", "start", "--no-block", "holdfast-bootstrap.service"],
    ]);
    expect(file("/etc/systemd/system/holdfast-bootstrap.service")?.content).toContain("WantedBy=multi-user.target");
  });
});

test("what the shell reads survives every byte", () => {
  const strange = { bucket: "it's $HOME `id` \\", key: "bundle/a b", sha256: "x" };
  const config = read(renderUserData({ bundle: strange, node: machines.worker }));
  const environment = config.write_files.find(({ path }) => path === "/etc/holdfast/bundle.env")?.content ?? "";
  const shell = spawnSync("bash", [
    "-c",
    `${environment}\nprintf '%s|%s|%s' "$BUNDLE_BUCKET" "$BUNDLE_KEY" "$AWS_REGION"`,
  ]);
  expect(shell.stdout.toString()).toBe(`${strange.bucket}|${strange.key}|${machines.worker.region}`);
});

test("too many labels are refused before AWS does", () => {
  const labels = Object.fromEntries(Array.from({ length: 200 }, (_, index) => [`label-${index}`, "x".repeat(60)]));
  const node = { ...machines.worker, pool: { ...machines.worker.pool, labels } };
  expect(() => renderUserData({ bundle, node })).toThrow(/user data of \d+ bytes is over EC2's 16384/);
});
