/** Faults that drills give to machines and their network, on two bare machines. */
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import type { Machine } from "../../rehearsal/machines/machine";
import type { Network } from "../../rehearsal/machines/network";
import { freeze, limitMemory, unfreeze } from "../../rehearsal/machines/pressure";

const MiB = 1024 * 1024;

interface BareMachines {
  readonly booted: () => { readonly a: Machine; readonly b: Machine; readonly network: Network };
  readonly addresses: Readonly<Record<"a" | "b", string>>;
  /** Runs a line of shell in a machine. @returns its output */
  readonly shell: (machine: Machine, line: string) => Promise<string>;
  /** Exit code of curl. */
  readonly knock: (from: Machine, url: string) => Promise<number>;
  /** Lets machine a connect to port 8000 of b, on which a server listens, as on port 8001. */
  readonly openPort: () => Promise<void>;
}

export function testMachineFaults({ booted, addresses, shell, knock, openPort }: BareMachines): void {
  describe("a machine under a fault", () => {
    it("does not run while it is frozen, and continues", async () => {
      await shell(
        booted().a,
        "rm -f /tmp/ticks; systemd-run -q --unit=ticks bash -c 'while :; do echo >>/tmp/ticks; sleep 0.05; done'",
      );
      const ticks = (): number => readFileSync(`/proc/${booted().a.pid ?? 0}/root/tmp/ticks`, "utf8").length;
      await sleep(500);
      await freeze(booted().a.cgroups);
      const frozen = ticks();
      expect(frozen).toBeGreaterThan(0);
      await sleep(500);
      expect(ticks()).toBe(frozen);
      unfreeze(booted().a.cgroups);
      await sleep(500);
      expect(ticks()).toBeGreaterThan(frozen);
      await shell(booted().a, "systemctl stop ticks");
    });

    it("kills a process that takes more memory than the machine's limit", async () => {
      limitMemory(booted().a.cgroups, 64 * MiB);
      expect((await booted().a.exec(["tail", "/dev/zero"], { timeoutMs: 60_000 })).code).toBe(137);
      limitMemory(booted().a.cgroups, undefined);
      expect(await shell(booted().a, "head -c 128M /dev/zero | tail | wc -c")).toBe(String(128 * MiB));
    });

    it("loses packets in one direction only, and no longer after the end of the loss", async () => {
      const { a, b, network } = booted();
      await openPort();
      await network.lose({ from: [addresses.b], to: [addresses.a], percent: 100 });
      expect(await knock(a, `http://${addresses.b}:8000/`)).toBe(28);
      await network.lose({ from: [addresses.b], to: ["10.0.200.1"], percent: 100 });
      expect(await knock(a, `http://${addresses.b}:8000/`)).toBe(0);
      await network.lose({ from: [addresses.b], to: [addresses.a], percent: 30 });
      const many = `for _ in {1..20}; do curl -s -m 20 -o /dev/null http://${addresses.b}:8000/; done`;
      const readRepeated = "awk '/^Tcp:/ { repeated = $13 } END { print repeated }' /proc/net/snmp";
      const before = Number(await shell(b, readRepeated));
      await shell(a, many);
      expect(Number(await shell(b, readRepeated))).toBeGreaterThan(before);
      await network.lose(undefined);
      expect(await knock(a, `http://${addresses.b}:8000/`)).toBe(0);
    });

    it("delays packets in both directions, and no longer after the end of the delay", async () => {
      const { a, network } = booted();
      // The shortest of five, which depends least on other work of the host.
      const connect = async (): Promise<number> => {
        const one = `curl -s -o /dev/null -w '%{time_connect}\\n' http://${addresses.b}:8000/`;
        const seconds = await shell(a, `for _ in {1..5}; do ${one}; done`);
        return 1000 * Math.min(...seconds.split("\n").map(Number));
      };
      const both = [addresses.a, addresses.b];
      await network.delay({ from: both, to: both, ms: 150 });
      expect(await connect()).toBeGreaterThanOrEqual(300);
      await network.delay({ from: both, to: both, ms: 50 });
      expect(await connect()).toBeLessThan(300);
      await network.delay(undefined);
      expect(await connect()).toBeLessThan(100);
      expect(await knock(a, `http://${addresses.b}:8001/`)).toBe(28);
    });
  });
}
