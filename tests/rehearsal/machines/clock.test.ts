import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { setClocks } from "../../../rehearsal/machines/clock";

/** Tells its clocks, and how long it ran by the monotonic one, whenever it is asked. */
const program = `process.stdin.on("data", () =>
  console.log(JSON.stringify({ wall: Date.now(), monotonic: performance.now() })));`;

interface Told {
  wall: number;
  monotonic: number;
}

const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
});

function teller(): { pid: number; ask: () => Promise<Told> } {
  const child = spawn(process.execPath, ["-e", program], { stdio: ["pipe", "pipe", "inherit"] });
  children.push(child);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    pid: child.pid ?? 0,
    async ask() {
      child.stdin.write("?\n");
      return JSON.parse(String((await lines.next()).value)) as Told;
    },
  };
}

const aheadOf = async (ask: () => Promise<Told>): Promise<number> =>
  Math.round(((await ask()).wall - Date.now()) / 1000);

(process.arch === "x64" ? describe : describe.skip)("clocks of processes", () => {
  it("are ahead, behind and right again, while monotonic time goes on", async () => {
    const { pid, ask } = teller();
    const before = await ask();
    for (const ahead of [3600, -240, 0]) {
      await setClocks([pid], ahead);
      expect(await aheadOf(ask)).toBeCloseTo(ahead, 0);
    }
    const ran = (await ask()).monotonic - before.monotonic;
    expect(ran).toBeGreaterThan(0);
    expect(ran).toBeLessThan(60_000);
  });

  it("are those of the processes that are named, and of no other", async () => {
    const [one, other] = [teller(), teller()];
    await Promise.all([one.ask(), other.ask()]);
    await setClocks([one.pid], 3600);
    expect(await aheadOf(one.ask)).toBeCloseTo(3600, 0);
    expect(await aheadOf(other.ask)).toBeCloseTo(0, 0);
    expect(Math.abs(Date.now() - performance.timeOrigin - performance.now())).toBeLessThan(60_000);
  });

  it("can be set while the process does nothing but read them", async () => {
    const child = spawn(process.execPath, ["-e", "for (;;) Date.now()"], { stdio: "ignore" });
    children.push(child);
    for (const ahead of [60, -60, 0, 60, 0]) await setClocks([child.pid ?? 0], ahead);
    expect(child.exitCode).toBeNull();
    expect(child.signalCode).toBeNull();
  });

  it("are not those of a process that is gone", async () => {
    await expect(setClocks([2 ** 22], 60)).rejects.toThrow("ENOENT");
  });
});
