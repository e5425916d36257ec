import { builtKubernetesVersion } from "./goModules";
import { checkHost, prepareAssets } from "./index";

/** `npm run rehearse:assets [-- --verify]`: builds what rehearsals run on, without booting anything. */
async function main(): Promise<void> {
  const started = Date.now();
  const { ok, problems } = checkHost();
  if (!ok) {
    for (const { what, how } of problems) console.error(`${what}\n  ${how}`);
    process.exitCode = 1;
    return;
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
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
