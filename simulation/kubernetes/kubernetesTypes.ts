import { objectTypes } from "./objects";
import { releaseType } from "./release";

/** What a program may make in a cluster. */
export const kubernetesTypes = [...objectTypes, releaseType];
