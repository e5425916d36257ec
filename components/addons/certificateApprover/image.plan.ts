export const program = { name: "kubelet-csr-approver", version: "1.2.14" } as const;
export const image = `ghcr.io/postfinance/${program.name}:v${program.version}`;
