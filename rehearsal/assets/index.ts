export { cacheDirectory, prepareAssets, preparePrograms } from "./assets";
export { checkHost } from "./host";
export { echoImage } from "./images";
export type { RehearsalAssets, Report } from "./types";
