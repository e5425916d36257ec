import { down } from "../supervisor/down";

/** Ctrl-C takes back what was begun, so that nothing runs that nobody sees. */
export function takeDownWhenInterrupted(id: string): void {
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => {
      process.stderr.write(`\ninterrupted: removing rehearsal ${id}\n`);
      void down(id).finally(() => process.exit(signal === "SIGINT" ? 130 : 143));
    });
  }
}
