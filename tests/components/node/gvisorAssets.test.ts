import { createHash } from "node:crypto";
import { createServer } from "node:http";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";

import { gvisorAssets } from "../../../components/node/gvisorAssets.plan";
import { FakeMachine, machines, stacked } from "./nodeSupport";

describe("assets", () => {
  test.each([
    ["amd64", "x86_64"],
    ["arm64", "aarch64"],
  ] as const)("from gVisor's site: %s", (arch, machine) => {
    const assets = gvisorAssets(stacked, arch);
    expect(assets.map(({ url }) => url)).toEqual([
      `https://storage.googleapis.com/gvisor/releases/release/20260817.0/${machine}/runsc`,
      `https://storage.googleapis.com/gvisor/releases/release/20260817.0/${machine}/containerd-shim-runsc-v1`,
    ]);
    for (const { sha512 } of assets) expect(sha512).toMatch(/^[0-9a-f]{128}$/);
  });

  test("from a mirror, with the checksums of its own builds", () => {
    const path = "gvisor/20260817.0/amd64/runsc";
    const sha256 = { [path]: "a".repeat(64) };
    const [runsc, shim] = gvisorAssets({ nodes: { assets: { baseUrl: "https://mirror.example/", sha256 } } }, "amd64");
    expect(runsc).toMatchObject({ url: `https://mirror.example/${path}`, sha256: "a".repeat(64) });
    expect(runsc).not.toHaveProperty("sha512");
    expect(shim?.sha512).toMatch(/^[0-9a-f]{128}$/);
  });
});

jest.setTimeout(30_000);

describe("step gvisor", () => {
  const content: Record<string, string> = { runsc: "sandbox", "containerd-shim-runsc-v1": "shim" };
  let server: Server;
  beforeAll(async () => {
    server = createServer((request, response) => {
      response.end(content[request.url?.slice(1) ?? ""]);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  });
  afterAll(() => server.close());

  const sha512 = (text = ""): string => createHash("sha512").update(text).digest("hex");
  const machineWith = (sums: Readonly<Record<string, string>> = {}): FakeMachine => {
    const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const listed = gvisorAssets(stacked, "amd64").map((asset) => ({
      ...asset,
      url: `${address}/${asset.binary}`,
      sha512: sums[asset.binary] ?? sha512(content[asset.binary]),
    }));
    const node = { ...machines.worker, pool: { ...machines.worker.pool, sandbox: "gvisor" as const } };
    const machine = new FakeMachine(node, { assets: { worker: { amd64: listed, arm64: listed } } });
    machine.stub("systemctl", 'echo "$*" >>"$HOME/calls"; [ "$1" = restart ] || [ -e "$HOME/running" ]');
    return machine;
  };
  const step = (machine: FakeMachine) =>
    machine.run(["steps/gvisor"], {
      HOLDFAST_PREFIX: machine.path("root"),
      HOLDFAST_CONTAINERD: machine.path("conf.d"),
    });

  test("installs both programs and containerd's runtime", async () => {
    const machine = machineWith();
    const { code, output } = await step(machine);
    expect([code, output]).toEqual([0, expect.stringContaining("gvisor-shim installed from")]);
    expect(machine.read("root/usr/local/bin/runsc")).toBe("sandbox");
    expect(machine.read("root/usr/local/bin/containerd-shim-runsc-v1")).toBe("shim");
    expect(machine.read("conf.d/holdfast-gvisor.toml")).toContain("io.containerd.runsc.v1");
    expect(machine.read("calls")).not.toContain("restart");
  });

  test("restarts a running containerd, once", async () => {
    const machine = machineWith();
    machine.write("running", "");
    await step(machine);
    await step(machine);
    expect(machine.lines("calls").filter((line) => line.includes("restart"))).toEqual(["restart containerd.service"]);
  });

  test("refuses a program with another checksum", async () => {
    const { code, output } = await step(machineWith({ runsc: "0".repeat(128) }));
    expect([code, output]).toEqual([
      1,
      expect.stringMatching(/checksum of .*\/runsc differs: expected SHA-512 0{128}, got/),
    ]);
  });

  test("does nothing on machines of other pools", async () => {
    expect(await step(new FakeMachine(machines.worker))).toMatchObject({ code: 0, output: "" });
  });
});
