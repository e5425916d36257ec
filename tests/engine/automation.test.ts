/** The example of the Automation API: a service that creates and updates clusters. */
import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";

import { longTest } from "../long";
import { preparedCli } from "./cli";
import { Workspace } from "./workspace";
import type { Result } from "./workspace";

const root = join(__dirname, "..", "..");
const example = join(root, "examples", "automation");

interface Request {
  readonly stack: string;
  readonly settings: Readonly<Record<string, unknown>>;
}

describe("the automation example", () => {
  const workspace = new Workspace();
  const kubeconfig = join(workspace.folder, "out", "prod.kubeconfig");

  beforeAll(() => workspace.prepare());

  afterAll(() => {
    workspace.remove();
  });

  /** Runs the command line of the example. @param settings added to those of its request */
  function run(settings: Readonly<Record<string, unknown>>, ...options: readonly string[]): Promise<Result> {
    const request = JSON.parse(readFileSync(join(example, "clusters", "prod.json"), "utf8")) as Request;
    const file = join(workspace.folder, "request.json");
    // The API never answers in a simulation.
    const added = { addons: { apiTimeoutMinutes: 0 }, ...settings };
    writeFileSync(file, JSON.stringify({ ...request, settings: { ...request.settings, ...added } }));
    const { environment } = workspace;
    return workspace.start(
      process.execPath,
      ["--import", require.resolve("tsx"), join(example, "index.ts"), file, ...options],
      {
        cwd: workspace.folder,
        env: {
          ...environment,
          PATH: [dirname(preparedCli().pulumi), environment.PATH].join(delimiter),
          // The package `holdfast` is this repository.
          TSX_TSCONFIG_PATH: join(root, "tsconfig.json"),
        },
      },
    );
  }

  test("a mandatory violation stops it after the preview", async () => {
    const { code, text } = await run({ tags: {} }, "--up");
    expect([code, text]).toEqual([1, expect.stringMatching(/^mandatory ownership-tags: .*Missing tags: owner/m)]);
    expect(text).toMatch(/^preview: refused by the policies$/m);
    expect(text).not.toMatch(/^update: /m);
    expect(workspace.world()).toEqual([]);
  });

  longTest("invalid settings stop it, and it prints them", async () => {
    const { code, text } = await run({ etcd: { members: 2 } });
    expect([code, text]).toEqual([1, expect.stringContaining("cluster.etcd.members")]);
    expect(workspace.world()).toEqual([]);
  });

  longTest("without --up, it shows the changes; the request of the example violates no policy", async () => {
    const { code, text } = await run({});
    expect([code, text]).toEqual([0, expect.stringMatching(/^preview: \d+ create$/m)]);
    expect(text).not.toMatch(/^mandatory /m);
    expect(workspace.world()).toEqual([]);
  });

  test("with --up, it creates the cluster, and prints where the kubeconfig is", async () => {
    const { code, text } = await run({}, "--up");
    expect([code, text]).toEqual([0, expect.stringContaining(`kubeconfig: ${kubeconfig}\n`)]);
    const [, previewed] = /^preview: (\d+) create$/m.exec(text) ?? [];
    const [, created] = /^update: (\d+) create$/m.exec(text) ?? [];
    expect(created).toBe(previewed);
    expect(workspace.world().length).toBeGreaterThan(100);
    const written = readFileSync(kubeconfig, "utf8");
    const [, server, key = ""] = /server: (\S+)[^]*client-key-data: (\S{100,})/.exec(written) ?? [];
    expect(server).toBe("https://api.prod.holdfast.internal:6443");
    expect(statSync(kubeconfig).mode & 0o777).toBe(0o600);
    expect([text.includes(key), text.includes("PRIVATE KEY")]).toEqual([false, false]);
  });

  longTest("the same request changes nothing; another one updates the cluster", async () => {
    const same = await run({});
    expect([same.code, same.text]).toEqual([0, expect.stringMatching(/^preview: \d+ same$/m)]);
    const tags = { owner: "ada", environment: "production", "cost-center": "4711" };
    const update = await run({ tags }, "--up");
    expect([update.code, update.text]).toEqual([0, expect.stringMatching(/^update: .*\d+ update/m)]);
    expect(existsSync(kubeconfig)).toBe(true);
  });
});
