/** Pages that `holdfast rehearse` and `holdfast drill` write. No machine boots: the rehearsal itself is replaced. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { drill } from "../../../rehearsal/cli/drill";
import { rehearse } from "../../../rehearsal/cli/rehearseUp";
import { RehearsedCluster } from "../../../rehearsal/drills/rehearsedCluster";
import type { Measurements } from "../../../rehearsal/drills/result";
import { runDrill } from "../../../rehearsal/drills/runDrill";
import { statePaths } from "../../../rehearsal/supervisor/statePaths";
import type { BootTimes } from "../../../rehearsal/supervisor/status";
import { elementsIn, expectSelfContained, parsePage, withClass } from "../../parsedPage";

const mockClient = {
  paths: undefined as unknown as ReturnType<typeof statePaths>,
  bootTimes: (): Promise<BootTimes[]> =>
    Promise.resolve([
      { name: "worker-general", role: "worker", zone: "z", startedAt: Date.now() - 9_000, attempts: [] },
    ]),
  iamReport: () => Promise.resolve({ mode: "enforce", denied: [], decisions: 0, unused: [] }),
};
const mockSleep = sleep;
jest.mock("../../../rehearsal/drills/runDrill");
jest.mock("../../../rehearsal/assets", () => ({
  prepareAssets: () => Promise.resolve({ images: [], sha256: {} }),
  rehearsedKubernetesVersions: ["1.36.3"],
}));
jest.mock("../../../rehearsal/kubernetes/applyObjects", () => ({
  applyObjects: () => Promise.resolve({ refused: [] }),
}));
jest.mock("../../../rehearsal/aws/iam/report", () => ({
  deniedSince: () => [],
  describeDenials: () => [],
  describeSummary: () => "",
}));
jest.mock("../../../rehearsal/supervisor/down", () => ({ down: () => Promise.resolve(false) }));
jest.mock("../../../rehearsal/settingOverrides", () => ({ rehearsalSettings: () => ({}) }));
jest.mock("../../../rehearsal/cli/interruption", () => ({ takeDownWhenInterrupted: () => undefined }));
jest.mock("../../../rehearsal/boot", () => {
  const client = () => Promise.resolve(mockClient);
  return {
    ...{ boot: client, bootPlanned: client, startSupervisor: client },
    down: () => Promise.resolve(true),
    downOnFailure: (_id: string, work: () => unknown) => work(),
    planRehearsal: () => Promise.resolve({}),
    stackSpec: () => Promise.resolve({ kubernetesVersion: "1.36.3", etcd: { topology: "stacked" }, workers: {} }),
    // A phase without a duration would be a point instead of a bar.
    waitUntilReady: async () => {
      await mockSleep(20);
      throw new Error("not ready after 600 s: worker-general (booting)");
    },
  };
});

const state = mkdtempSync(join(tmpdir(), "holdfast-pages-"));
const before = process.env.HOLDFAST_STATE;
process.env.HOLDFAST_STATE = state;
afterAll(() => {
  if (before === undefined) delete process.env.HOLDFAST_STATE;
  else process.env.HOLDFAST_STATE = before;
  rmSync(state, { recursive: true });
});

const printed: string[] = [];
beforeEach(() => {
  printed.length = 0;
  jest.spyOn(process.stdout, "write").mockImplementation((text) => printed.push(String(text)) > 0);
  mockClient.paths = statePaths("trial");
  mkdirSync(mockClient.paths.directory, { recursive: true });
});
afterEach(() => jest.restoreAllMocks());

test("a boot that fails leaves its timeline", async () => {
  const { timeline } = mockClient.paths;
  await expect(rehearse({ stack: "dev", id: "trial", machines: {}, timeoutMs: 1 })).rejects.toThrow("not ready after");
  const page = parsePage(readFileSync(timeline, "utf8"));
  expectSelfContained(page);
  expect(
    withClass(page, "running")
      .filter(({ name }) => name === "rect")
      .map(({ text }) => text.split(":")[0]),
  ).toEqual(["boot, still running", "Boot the machines, not finished"]);
  expect(statSync(timeline).mode & 0o777).toBe(0o600);
  expect(printed.join("")).toContain(`timeline of the boot: ${timeline}\n`);
});

test("a supervisor that has ended hides no failure of the boot", async () => {
  rmSync(mockClient.paths.timeline, { force: true });
  jest.spyOn(mockClient, "bootTimes").mockRejectedValue(new Error("rehearsal trial is not running"));
  await expect(rehearse({ stack: "dev", id: "trial", machines: {}, timeoutMs: 1 })).rejects.toThrow("not ready after");
  expect(printed.join("")).toContain("no timeline of the boot: rehearsal trial is not running");
  expect(existsSync(mockClient.paths.timeline)).toBe(false);
});

test("drills write their charts beside the rehearsal's folder, after each drill", async () => {
  jest.spyOn(RehearsedCluster, "connect").mockResolvedValue({ externalEtcd: true } as never);
  const { drills: page } = mockClient.paths;
  const measured: Measurements = {
    writes: [{ name: "write-a-0", ok: true, at: 1_000, ms: 10 }],
    stored: new Set(["write-a-0"]),
    ...{ faultBegan: 1_000, faultEnded: 2_000, fullStrengthAt: 3_000, problems: [], externalEtcd: true },
  };
  const figures = { outageMs: 0, fullStrengthMs: 1_000, writes: 1, failed: 0, failuresMs: 0, lost: 0 };
  jest.mocked(runDrill).mockImplementation(({ name }, _cluster, log) => {
    log("the leader moved");
    const result = { drill: name, ...figures, reasons: [], announced: false, violations: [] };
    // The second drill starts with the page of the first.
    if (name === "disk-full") expect(elementsIn(parsePage(readFileSync(page, "utf8")), "section")).toHaveLength(1);
    return Promise.resolve({ result, measured });
  });
  const options = { stack: "dev", id: "trial", markdown: false, json: false, machines: {}, iam: "enforce" } as const;
  expect(await drill({ ...options, names: "power-off-a,disk-full" })).toBe(0);
  const root = parsePage(readFileSync(page, "utf8"));
  expectSelfContained(root);
  expect(elementsIn(root, "h2").map(({ text }) => text)).toEqual([
    "power-off-a, external etcd",
    "disk-full, external etcd",
  ]);
  expect(root.text).toContain("the leader moved");
  expect(page).toBe(join(state, "trial-drills.html"));
  expect(printed.join("")).toContain(`charts: ${page}\n`);
});
