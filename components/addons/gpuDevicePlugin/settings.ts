import type { Parsed } from "../../settings/fields";
import { wholeNumber } from "../../settings/fields";
import { onByDefault, section } from "../shared/settings";

export const gpuDevicePluginSettings = section("NVIDIA device plugin.", {
  enabled: onByDefault("NVIDIA device plugin, if a pool has GPUs."),
  timeSlices: wholeNumber(1, 32, { description: "Number of pods that share a GPU by time-slicing." }).default(1),
});

export type GpuDevicePluginSpec = Parsed<typeof gpuDevicePluginSettings>;
