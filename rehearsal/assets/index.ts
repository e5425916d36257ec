export { cacheDirectory, prepareAssets, prepareMoto, preparePrograms } from "./assets";
export { rehearsedKubernetesVersions } from "./goModules";
export { checkHost } from "./host";
export { echoImage, loadImage } from "./images";
export type { RehearsalAssets, Report } from "./types";
