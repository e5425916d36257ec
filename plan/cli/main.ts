/** `npm run plan` as a process. */
import { runProgram } from "../../cli/program";
import { planProgram, runPlan } from "./planCommand";

// The SDK's own remarks go to the console; standard output is the plan's.
console.log = console.error;

// Whoever reads only the beginning (`| head`) closes the pipe.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
});

runProgram(planProgram, runPlan);
