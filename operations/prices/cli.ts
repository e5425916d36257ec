/** Entry point of `npm run prices`. */
import { runProgram } from "../../cli/program";
import { pricesProgram, refreshPrices } from "./pricesCommand";

runProgram(pricesProgram, refreshPrices);
