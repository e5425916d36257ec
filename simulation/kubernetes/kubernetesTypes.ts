import { objectTypes } from "./objects";
import { releaseType } from "./release";

/** Kubernetes objects and Helm releases. */
export const kubernetesTypes = [...objectTypes, releaseType];
