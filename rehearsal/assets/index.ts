export { cacheDirectory, prepareAssets } from "./assets";
export { checkHost } from "./host";
export { echoImage } from "./images";
export type { RehearsalAssets, Report } from "./types";
