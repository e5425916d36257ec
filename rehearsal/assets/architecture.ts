import type { Architecture } from "../../components/settings/instanceTypes";

/** Architecture of this host, and so of its machines. */
export const hostArchitecture: Architecture = process.arch === "arm64" ? "arm64" : "amd64";
