export { cacheDirectory, prepareAssets, prepareCharts, prepareMoto, preparePrograms } from "./assets";
export { rehearsedKubernetesVersions } from "./goModules";
export { checkHost } from "./host";
export { echoImage, loadImage } from "./images";
export type { Charts, RehearsalAssets, Report } from "./types";
