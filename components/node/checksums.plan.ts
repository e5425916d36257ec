import type { Architecture } from "../machines/settings";

/**
 * SHA-256 of upstream releases, as Kubespray and kOps record them (equal where both do). Add a release only with its
 * published checksums.
 */
type Sums = Readonly<Record<Architecture, string>>;

/** By Kubernetes version. */
export const kubernetesChecksums: Readonly<Record<string, Readonly<Record<"kubelet" | "kubeadm" | "kubectl", Sums>>>> =
  {
    "1.35.6": {
      kubelet: {
        amd64: "f320e9485cdb8fd190ab45efd3c3e29f6fcf4ad1a4c610a058d8f0b6bcd34a3a",
        arm64: "b45c8b2b8a46a92028fcd68571aa38c839b64e38e199da23e1f37dcbe9f3399b",
      },
      kubeadm: {
        amd64: "49fd320be1d6af003fc3b61ad60cf30b02838a661ab0139798e021f7e378d806",
        arm64: "b6acbcd4ab8a18759191a2d6373d84a80f3cb47ad5460603df5fe8887b139716",
      },
      kubectl: {
        amd64: "5d11e2ba01ea68ffd053f56e27738e2b4330013ee67f7e46c6da6c585d3c9926",
        arm64: "c0f97f31c9ddc22d4951d543a1a7125a9af4b31e895ad4aa99899c4ba2a6ff0b",
      },
    },
    "1.35.7": {
      kubelet: {
        amd64: "e48cbb9c62351aa95f455bdae3c9a9e9d7d644027c231ade7a67b868b2be3258",
        arm64: "0dc3f53fc51f6a6c26c437ec9eded016106ef931db2dd9b3905c656796bed438",
      },
      kubeadm: {
        amd64: "9206f531ffe9cef39e9b734bc49ee9ca965d646ff6d4536e5b3fd3ff71151512",
        arm64: "b8c3a1145a9875f046e9b66d5cd5810431e92ae1d5abca82f0151694cd257928",
      },
      kubectl: {
        amd64: "12e97f9d23a9f6cbb87b89becd6bd291e1a858a3379a4e11e2c822c4c1530052",
        arm64: "5103d45b8881434d417694057b8ccb5ae79fd310a5c5c13e403c5e62e15909be",
      },
    },
    "1.35.8": {
      kubelet: {
        amd64: "6971b9f95e54dbed67a2271abe6e78f8cc2894494649f3cf39e4b25a82dca923",
        arm64: "7744f84c49df6dff7d0a0471f9acef31568c02459659de83aa279cf3a04b1714",
      },
      kubeadm: {
        amd64: "1bbc64a2be5b300880ae9330c6bba592ec2a2b8ecb79c527b0c7cc0f44070e5e",
        arm64: "8956730f3ae46ebdb95e95845542f71d844f74affd69c14634a58d1fe3510d86",
      },
      kubectl: {
        amd64: "874d5e72dbb819f43cff16bcd1e4f8bac5b7f2361fe1e55049b0a6c676fb0cbf",
        arm64: "cc749967b62f4422260bc9c0aa7a7c55f45175ae38cb8d95767b5d2b7e04c1fd",
      },
    },
    "1.36.0": {
      kubelet: {
        amd64: "d857082946c28493e8fdc52227feabd962e0e0900b6c6e4f6510168043b79dd4",
        arm64: "049d95107361583e64f3ac9b8c9bdaf73fc7e512a838972b13b423a33ece87e9",
      },
      kubeadm: {
        amd64: "f962dcee1f49a51368c3b383742144d99eacff77b2132cd0a540ed8c6b30fe81",
        arm64: "43d4ca3a9f8f49c2c2f6db2c056de1a00fa110a3dd5aa68a74fbc52e42d96c01",
      },
      kubectl: {
        amd64: "123d8c8844f46b1244c547fffb3c17180c0c26dac9890589fe7e67763298748e",
        arm64: "9f9d9c44a7b5264515ac9da5991584e2395bd50662e651132337e7b4d0c56f8f",
      },
    },
    "1.36.1": {
      kubelet: {
        amd64: "7efa1780c73d9fb3a464002864e582eb2d15aa691e475eaae323093d08feae14",
        arm64: "bf274dd3affbf2543d20465dee1f763f668f78c6fbd56197794f81337a49d687",
      },
      kubeadm: {
        amd64: "f35980333a4dae753807345ae359eca03f48f9945855e6a6a6708fe8b3b24038",
        arm64: "82fa5119d6687f721cd80cb278bac08f54cc5d3fd0320c66cef9394d42e153a9",
      },
      kubectl: {
        amd64: "629d3f410e09bf49b64ae7079f7f0bda1191efed311f7d37fdbab0ad5b0ec2b7",
        arm64: "59f7ee8e477fae658447607dc3c8790ac17a1b016c01c622c12070e969e2d4e7",
      },
    },
    "1.36.2": {
      kubelet: {
        amd64: "3ba68cb4f0906053c08ab843131d5cec559cf8c718dbd679950a078b306abbb4",
        arm64: "b0b45db96f0e6bf996780b8a2b8d868bf538dc7c3a60cf604cf0ea2d65c24b06",
      },
      kubeadm: {
        amd64: "f95d1b345f97c673ce1c1347eb96bf2587850975155ae701cdfc629a5b575b70",
        arm64: "c638f0b4d9b216df8d5bcf41473b81e59143aa0a690392c224e97e6ec91ed3e9",
      },
      kubectl: {
        amd64: "1e9045ec32bea85da43de85f0065358529ea7c7a152eca78154fba5b58c27d82",
        arm64: "c957eb8c4bea27a3bb35b269edd9082e27f027f7b76b20b5bf4afebc726c6d3e",
      },
    },
    "1.36.3": {
      kubelet: {
        amd64: "46707a53209f826ad0f0d62371ac69cd00e78fd9a8176cf5f6f87f18f7f8b718",
        arm64: "57205a5daf5883873d87b4914e1e00bdd7707acd075714788cfb0fc1f60bc414",
      },
      kubeadm: {
        amd64: "bba1733c701bf70ec74ba1cc3fd5745404c1134a8a4b0a5f8560cc9832023421",
        arm64: "276cfbdc43b10fef663288cc1ed76abf77b1b7f700e9f1c053cb5dc3115484de",
      },
      kubectl: {
        amd64: "ebbd080e7c2e275093b55915722043257eb24004363e20acb3c4d71919f88336",
        arm64: "3d86f24401c41ae5a46ac50eef8865fe891d3647d324a0836f6c63757a126e62",
      },
    },
    "1.36.4": {
      kubelet: {
        amd64: "cf2562db46c48ab84cc3791540778ee7fb1a0a008529adbb434723dd02ed8b4b",
        arm64: "fd53ea3fcbd077844f50a3c67e9b52f62972a563674956bab0c0f4fb7ea37d50",
      },
      kubeadm: {
        amd64: "10d054585907f2c8bb823c84f6a66b3bd2a474c3d795475f04e9a44f78650fe6",
        arm64: "6a849c07d3e1c708f5c40f1ac8be03a56124204dfc7e1931e4113634019c0dad",
      },
      kubectl: {
        amd64: "8b8f088da2dab964f853b38464033b1be15ede2839eca751482357c45abdd05a",
        arm64: "0ecf44450ee6063bf19dd166a103ee6df4a9034455c2abce626e6eea657d73fb",
      },
    },
  };

/** Component to version to checksums. */
export const componentChecksums: Readonly<
  Record<"etcd" | "containerd" | "runc" | "cni-plugins", Readonly<Record<string, Sums>>>
> = {
  etcd: {
    "3.6.8": {
      amd64: "cf9cfe91a4856cb90eed9c99e6aee4b708db2c7888b88a6f116281f04b0ea693",
      arm64: "438f56a700d17ce761510a3e63e6fa5c1d587b2dd4d7a22c179c09a649366760",
    },
  },
  containerd: {
    "2.3.4": {
      amd64: "9d68969855fbf676cdb8ed758e420fb048d61f984f61de3e53eddfebe484d168",
      arm64: "a985fbb7e18fc0362d31a055338f5d7b0e087a3e27f14c70d1c5965399a29f95",
    },
  },
  runc: {
    "1.4.3": {
      amd64: "f6ae8efc0fa40079e1475e97cbe9d1bd3f106a28d6af78a11d9f1bd565515e60",
      arm64: "633301e2e32f8a5ad54031aab4901eb00308bec677dd15faa2751e8f9dab5ca4",
    },
  },
  "cni-plugins": {
    "1.9.1": {
      amd64: "b98f74a0f8522f0a83867178729c1aa70f2158f90c45a2ca8fa791db1c76b303",
      arm64: "56171987d3947707c3563db2f4001bccaf50fd63468611b9f3cbecb1375ee7ec",
    },
  },
};
