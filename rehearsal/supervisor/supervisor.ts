/**
 * Process of a rehearsal, in the router's namespace and detached from the terminal. Listens on the control socket and boots the
 * plan on request. Usage: `supervisor.ts <id> <state root> <moto_server>`.
 */
import { mkdirSync } from "node:fs";
import { awsClients } from "../aws/awsClients";
import { motoEndpoint, startMoto, warmUp } from "../aws/moto";
import { Network } from "../machines/network";
import { readBootPlan } from "./bootPlan";
import { Control } from "./control";
import { serveControl } from "./controlServer";
import { Rehearsal } from "./rehearsal";
import { statePaths } from "./statePaths";
import { StatusTracker } from "./statusTracker";

async function main(): Promise<void> {
  const [id = "", root = "", motoServer = ""] = process.argv.slice(2);
  const paths = statePaths(id, root);
  const network = Network.open(paths.directory);
  if (network === undefined)
    throw new Error(`${paths.directory} has no network: start the rehearsal with npx holdfast rehearse`);
  const tracker = new StatusTracker(paths, network);
  process.on("uncaughtException", (error) => {
    tracker.report(error.stack ?? error.message);
  });
  process.on("unhandledRejection", (error) => {
    tracker.report(error instanceof Error ? (error.stack ?? error.message) : String(error));
  });
  // The rehearsal survives the end of its terminal, until `--down`.
  process.on("SIGHUP", () => undefined);
  process.on("SIGINT", () => undefined);

  const moto = startMoto(motoServer, paths.service("moto"));
  moto.then(() => warmUp(awsClients(motoEndpoint, "us-east-1"))).catch(() => undefined);
  const control = new Control({
    network,
    tracker,
    readPlan: () => readBootPlan(paths.plan),
    boot: async () => {
      if (tracker.rehearsal !== undefined) throw new Error("a plan is booted already");
      for (const path of [paths.volume(""), paths.machine("")]) mkdirSync(path, { recursive: true });
      tracker.phase = "preparing";
      await moto;
      tracker.rehearsal = await Rehearsal.start({
        plan: readBootPlan(paths.plan),
        paths,
        network,
        report: (problem) => {
          tracker.report(problem);
        },
        timed: (phase, seconds) => {
          tracker.timed(phase, seconds);
        },
      });
      tracker.phase = "running";
    },
  });
  await serveControl(control, paths.socket);
}

main().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
