/** Add-ons, one line per folder. The folder is also the name of its section in a stack file. */
export * as cloudController from "./cloudController/addon.plan";
export * as clusterAutoscaler from "./clusterAutoscaler/addon.plan";
export * as dns from "./dns/addon.plan";
export * as ebsCsiDriver from "./ebsCsiDriver/addon.plan";
export * as externalDns from "./externalDns/addon.plan";
export * as gpuDevicePlugin from "./gpuDevicePlugin/addon.plan";
export * as gvisor from "./gvisor/addon.plan";
export * as metricsServer from "./metricsServer/addon.plan";
export * as nodeProblemDetector from "./nodeProblemDetector/addon.plan";
export * as nodeTerminationHandler from "./nodeTerminationHandler/addon.plan";
export * as podNetwork from "./podNetwork/addon.plan";
export * as priorityClasses from "./priorityClasses/addon.plan";
