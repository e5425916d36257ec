import { runMain } from "../../cli/program";
import { builtKubernetesVersion } from "./goModules";
import { checkHost, prepareAssets } from "./index";

/** `npm run rehearse:assets [-- --verify]`: builds the assets of rehearsals without booting anything. */
async function main(): Promise<number> {
  const started = Date.now();
  const { ok, problems } = checkHost();
  if (!ok) {
    for (const { problem, remedy } of problems) console.error(`${problem}\n  ${remedy}`);
    return 1;
  }
  const assets = await prepareAssets({
    kubernetesVersion: builtKubernetesVersion,
    verify: process.argv.includes("--verify"),
    report: (step, state, seconds) => {
      console.error(`${step}: ${state}${seconds === undefined ? "" : ` after ${seconds.toFixed(1)} s`}`);
    },
  });
  console.log(JSON.stringify(assets, undefined, 2));
  console.error(`ready after ${((Date.now() - started) / 1000).toFixed(1)} s`);
  return 0;
}

runMain(main);
