import { down } from "../supervisor/down";

/** Takes the rehearsal down on Ctrl-C, so that nothing keeps running unnoticed. */
export function takeDownWhenInterrupted(id: string): void {
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => {
      process.stderr.write(`\ninterrupted: taking rehearsal ${id} down\n`);
      void down(id).finally(() => process.exit(signal === "SIGINT" ? 130 : 143));
    });
  }
}
