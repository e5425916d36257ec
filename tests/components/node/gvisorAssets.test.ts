/** gVisor on machines whose pool asks for it: where it comes from, that it is what was published, and what containerd is told. */

import { createHash } from "node:crypto";
import { createServer } from "node:http";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { readFileSync } from "node:fs";

import { sandboxAssets } from "../../../components/node/gvisorAssets.plan";
import { FakeMachine, machines, stacked } from "./nodeSupport";

const mirrored = (assets: { baseUrl?: string; sha256?: Record<string, string> }) => ({
  nodes: { assets: { sha256: {}, ...assets } },
});

describe("where it comes from", () => {
  test.each([
    ["amd64", "x86_64"],
    ["arm64", "aarch64"],
  ] as const)("is gVisor's own site: %s", (arch, machine) => {
    const assets = sandboxAssets(stacked, arch);
    expect(assets.map(({ url }) => url)).toEqual([
      `https://storage.googleapis.com/gvisor/releases/release/20260817.0/${machine}/runsc`,
      `https://storage.googleapis.com/gvisor/releases/release/20260817.0/${machine}/containerd-shim-runsc-v1`,
    ]);
    for (const { sha512 } of assets) expect(sha512).toMatch(/^[0-9a-f]{128}$/);
  });

  test("is the mirror where there is one, with sums of its own where it has builds of its own", () => {
    const path = "gvisor/20260817.0/amd64/runsc";
    const [runsc, shim] = sandboxAssets(
      mirrored({ baseUrl: "https://mirror.example/", sha256: { [path]: "a".repeat(64) } }),
      "amd64",
    );
    expect(runsc).toMatchObject({ url: `https://mirror.example/${path}`, sha256: "a".repeat(64) });
    expect(runsc).not.toHaveProperty("sha512");
    expect(shim?.sha512).toMatch(/^[0-9a-f]{128}$/);
  });
});

// Each case runs dozens of processes.
jest.setTimeout(30_000);

describe("a machine", () => {
  const content: Record<string, string> = { runsc: "sandbox", "containerd-shim-runsc-v1": "shim" };
  let server: Server;
  beforeAll(async () => {
    server = createServer((request, response) => {
      response.end(content[request.url?.slice(1) ?? ""]);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  });
  afterAll(() => server.close());

  const sandboxed = (sums: Readonly<Record<string, string>> = {}): FakeMachine => {
    const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const listed = sandboxAssets(stacked, "amd64").map((asset) => ({
      ...asset,
      url: `${address}/${asset.binary}`,
      sha512:
        sums[asset.binary] ??
        createHash("sha512")
          .update(content[asset.binary] ?? "")
          .digest("hex"),
    }));
    const pool = { ...machines.worker.pool, sandbox: "gvisor" as const };
    const machine = new FakeMachine(
      { ...machines.worker, pool },
      { assets: { worker: { amd64: listed, arm64: listed } } },
    );
    machine.stub(
      "systemctl",
      `echo "systemctl $*" >>"${machine.path("done")}"; [ "$1" = restart ] || [ -e "${machine.path("up")}" ]`,
    );
    return machine;
  };
  const step = (machine: FakeMachine) =>
    machine.run(["steps/sandbox"], {
      HOLDFAST_PREFIX: machine.path("root"),
      HOLDFAST_CONTAINERD: machine.path("conf.d"),
    });

  test("of a pool that asks for it gets both programs, and containerd's runtime", async () => {
    const machine = sandboxed();
    const { code, output } = await step(machine);
    expect([code, output]).toEqual([0, expect.stringContaining("gvisor-shim from")]);
    expect(readFileSync(machine.path("root/usr/local/bin/runsc"), "utf8")).toBe("sandbox");
    expect(readFileSync(machine.path("root/usr/local/bin/containerd-shim-runsc-v1"), "utf8")).toBe("shim");
    expect(readFileSync(machine.path("conf.d/holdfast-gvisor.toml"), "utf8")).toContain("io.containerd.runsc.v1");
    // containerd is not up yet, and is told nothing.
    expect(readFileSync(machine.path("done"), "utf8")).not.toContain("restart");
  });

  test("restarts a containerd that runs, once", async () => {
    const machine = sandboxed();
    machine.write("up", "");
    await step(machine);
    await step(machine);
    const restarts = readFileSync(machine.path("done"), "utf8")
      .split("\n")
      .filter((line) => line.includes("restart"));
    expect(restarts).toEqual(["systemctl restart containerd.service"]);
  });

  test("takes nothing that is not what was published", async () => {
    const machine = sandboxed({ runsc: "0".repeat(128) });
    const { code, output } = await step(machine);
    expect([code, output]).toEqual([1, expect.stringMatching(/runsc is not the file with SHA-512 0{128} but/)]);
  });

  test("of another pool has nothing to do", async () => {
    const machine = new FakeMachine(machines.worker, {});
    expect(await step(machine)).toMatchObject({ code: 0, output: "" });
  });
});
