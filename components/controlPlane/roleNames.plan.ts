/** Resource names of the control plane's instance roles. @param controlPlane name of the component, `<cluster>-control-plane` */

/** Role of one member's machines, with stacked etcd. */
export const memberRoleName = (controlPlane: string, member: string): string => `${controlPlane}-${member}-machine`;

/** Role that the machines of all members share, with external etcd. */
export const sharedRoleName = (controlPlane: string): string => `${controlPlane}-machine`;
