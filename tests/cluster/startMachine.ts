/** Starts the machine of a directory, prints its process id, and waits to be killed. */
import { Machine } from "../../rehearsal/machines/machine";

void (async () => {
  const machine = await Machine.open(process.argv[2] ?? "");
  await machine?.start();
  console.log(machine?.pid);
  setInterval(() => undefined, 60_000);
})();
