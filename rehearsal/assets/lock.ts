import { spawn } from "node:child_process";
import { once } from "node:events";

/**
 * Runs `work` while holding an exclusive lock on `file`. The kernel releases the lock with the process that holds it, so
 * an interrupted run leaves none.
 * @param waiting called once if another process holds the lock
 */
export async function withLock<T>(file: string, work: () => Promise<T>, waiting: () => void): Promise<T> {
  // Node has no flock(2): flock(1) holds the lock until this process closes its standard input.
  const holder = spawn("flock", ["--exclusive", file, "sh", "-c", "echo locked; exec cat"], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const timer = setTimeout(waiting, 500);
  try {
    const outcome: unknown = await Promise.race([
      once(holder.stdout, "data").then(() => "locked"),
      once(holder, "exit").then(() => "ended"),
    ]);
    if (outcome !== "locked") throw new Error(`cannot lock ${file}`);
    clearTimeout(timer);
    return await work();
  } finally {
    clearTimeout(timer);
    holder.stdin.end();
  }
}
