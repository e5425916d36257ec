/** Entry point of `npm run plan`. */
import { runProgram } from "../../cli/program";
import { planProgram, runPlan } from "./planCommand";

// Standard output holds the plan alone; the SDK logs to the console.
console.log = console.error;

// A reader such as `head` closes the pipe early.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
});

runProgram(planProgram, runPlan);
