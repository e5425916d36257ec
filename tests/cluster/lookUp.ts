/** Python that asks a DNS server for a name's address: the machines have no tool for it. */
export function lookUp(name: string, server: string): string {
  const labels = name.split(".").map((label) => `bytes([${label.length}])+b"${label}"`);
  return [
    "import socket",
    "s=socket.socket(socket.AF_INET,socket.SOCK_DGRAM)",
    "s.settimeout(5)",
    `s.sendto(bytes.fromhex("000101000001000000000000")+${labels.join("+")}+bytes.fromhex("0000010001"),("${server}",53))`,
    'print(".".join(map(str,s.recv(512)[-4:])))',
  ].join(";");
}
