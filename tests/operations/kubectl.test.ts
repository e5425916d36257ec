import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { parse } from "yaml";

import { kubectlOf, withKubeconfig, withKubectl } from "../../operations/kubectl";

const folder = mkdtempSync(join(tmpdir(), "holdfast-kubectl-test-"));
const before = { ...process.env };
afterAll(() => {
  rmSync(folder, { recursive: true });
});
beforeEach(() => {
  process.env.PATH = `${folder}:${before.PATH ?? ""}`;
});
afterEach(() => {
  process.env = { ...before };
});

/** Installs a program first on PATH. */
function install(name: string, script: string): string {
  const path = join(folder, name);
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
  return path;
}

describe("kubectl", () => {
  test("passes arguments and input through and rejects with standard error", async () => {
    install("kubectl", 'echo "args: $*"; cat; [ "$3" != fail ] || { echo "no such thing" >&2; exit 1; }');
    await withKubectl({ stack: "dev", kubeconfig: "/a/config" }, async (kubectl) => {
      expect(await kubectl(["get", "x"], "input")).toBe("args: --kubeconfig /a/config get x\ninput");
      await expect(kubectl(["fail"])).rejects.toThrow("no such thing");
    });
  });

  test("rejects with the exit status if it exits without reading its input or printing an error", async () => {
    const quiet = install("quiet", "exit 3");
    await expect(kubectlOf([quiet])(["get", "x"], "x".repeat(1 << 20))).rejects.toThrow("kubectl get x exited with 3");
  });

  test("times out", async () => {
    const slow = install("slow", "exec sleep 60");
    await expect(kubectlOf([slow], 50)(["get", "x"])).rejects.toThrow("kubectl get x did not answer within 0.05 s");
  });

  test("rejects if the program is not on PATH", async () => {
    await expect(kubectlOf(["no-such-kubectl"])([])).rejects.toThrow("no-such-kubectl is not on PATH");
  });
});

describe("kubeconfig from the stack output", () => {
  const stored = JSON.stringify({ clusters: [{ cluster: { server: "https://api.blue.internal:6443" } }] });
  const cluster = async () => {
    let seen = "";
    const text = await withKubeconfig({ stack: "dev" }, (path) => {
      seen = path;
      expect(statSync(path).mode & 0o777).toBe(0o600);
      return Promise.resolve(readFileSync(path, "utf8"));
    });
    expect(existsSync(seen)).toBe(false);
    return (parse(text) as { clusters: [{ cluster: object }] }).clusters[0].cluster;
  };

  test("exists only during the call, with mode 0600", async () => {
    install("pulumi", `[ "$*" = "stack output kubeconfig --show-secrets --stack dev" ] && echo '${stored}'`);
    expect(await cluster()).toEqual({ server: "https://api.blue.internal:6443" });
  });

  test("is removed after a failure", async () => {
    install("pulumi", `echo '${stored}'`);
    let seen = "";
    const work = withKubeconfig({ stack: "dev" }, (path) => {
      seen = path;
      return Promise.reject(new Error("no such cluster"));
    });
    await expect(work).rejects.toThrow("no such cluster");
    expect([seen !== "", existsSync(seen)]).toEqual([true, false]);
  });

  test("names the alternative if the output cannot be read", async () => {
    install("pulumi", "echo 'no stack named dev' >&2; exit 1");
    await expect(withKubeconfig({ stack: "dev" }, () => Promise.resolve())).rejects.toThrow(
      "cannot read output kubeconfig of stack dev (no stack named dev); specify a file with --kubeconfig",
    );
  });
});
