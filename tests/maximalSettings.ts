import { windowsChecksums } from "./specs";

/**
 * Settings over those of the stack `prod` that switch on every feature that adds AWS resources or changes their inputs, except
 * those that exclude each other (`network.vpc.source: existing`, `etcd.topology: stacked`, `nat: none`).
 */
export const maximalSettings = {
  name: "maximal-cluster-name",
  domain: "maximal.example.internal",
  network: { interfaceEndpoints: true, nat: "perZone", flowLogs: { enabled: true, retentionDays: 30 } },
  api: {
    allowedCidrs: ["192.168.0.0/16"],
    public: { name: "api.example.com", hostedZoneId: "Z0123456789ABCDEFGHIJ", allowedCidrs: ["203.0.113.0/24"] },
    certificateSans: ["kubernetes.example.com"],
  },
  etcd: {
    topology: "external",
    members: 5,
    instanceType: "m7g.large",
    volume: { sizeGiB: 200, iops: 16_000, throughputMiBps: 1000 },
    backups: {
      retention: { all: 3, hourly: 14, daily: 365 },
      objectLock: { mode: "compliance", days: 365 },
      copyTo: { region: "us-east-1" },
    },
  },
  alarms: { email: ["a@example.com", "b@example.com"] },
  controlPlane: {
    members: 5,
    instanceType: "m7g.xlarge",
    rootVolume: { sizeGiB: 200, iops: 6000, throughputMiBps: 500 },
  },
  nodes: { assets: { sha256: windowsChecksums("1.36.3") } },
  workers: {
    reserved: { instanceTypes: ["m6i.xlarge"], min: 1, max: 9, warmPool: { min: 2, max: 9 } },
    zonal: { instanceTypes: ["m6i.xlarge", "m6a.xlarge"], min: 1, max: 30, perZone: true, minHealthyPercentage: 50 },
    spot: {
      requirements: {
        vcpus: { min: 4, max: 16 },
        memoryGiB: { min: 8, max: 64 },
        burstable: true,
        excludedTypes: ["m5*", "*.metal"],
      },
      min: 0,
      max: 100,
      onDemand: { base: 2, percentAboveBase: 0 },
      spot: { allocation: "capacityOptimized", rebalance: true },
    },
    ordered: {
      instanceTypes: ["c6i.4xlarge", "c5.4xlarge"],
      max: 20,
      onDemand: { base: 0, percentAboveBase: 20 },
      spot: { allocation: "capacityOptimizedPrioritized", rebalance: false },
    },
    gpu: { instanceTypes: ["g5.xlarge"], gpu: true, min: 0, max: 4 },
    "gpu-any": {
      requirements: { vcpus: { min: 4 }, memoryGiB: { min: 16 }, gpus: { min: 1, max: 4 } },
      gpu: true,
      min: 0,
      max: 4,
    },
    sandboxed: { instanceTypes: ["m7g.xlarge"], sandbox: "gvisor", securityGroupIds: ["sg-0123456789abcdef0"] },
    windows: { os: "windows", instanceTypes: ["m6i.large"], zones: ["a"], image: "ami-0123456789abcdef0" },
  },
  access: { serviceAccountIssuer: "cloudfront", encryption: { keys: ["2", "1"] } },
  addons: {
    podNetwork: { provider: "none" },
    dns: { nodeLocalCache: { enabled: true } },
    externalDns: { enabled: true, hostedZoneIds: ["Z0123456789ABCDEFGHIJ"], domains: ["example.com"] },
  },
};
