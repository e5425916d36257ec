/** Access to the vDSO, code that the kernel maps into every process at different addresses (vdso(7)). */
import { closeSync, openSync, readFileSync, readSync } from "node:fs";

export interface Mapping {
  readonly start: number;
  readonly end: number;
}

/** Address range of a process's vDSO. @throws if the process has none or has ended */
export function vdsoOf(pid: number): Mapping {
  const [, start, end] = /^(\w+)-(\w+) .*\[vdso\]$/m.exec(readFileSync(`/proc/${pid}/maps`, "utf8")) ?? [];
  if (start === undefined || end === undefined) throw new Error(`process ${pid} has no vDSO`);
  return { start: parseInt(start, 16), end: parseInt(end, 16) };
}

/** Unmodified code of the vDSO, read from this process. */
export function vdsoImage(): Buffer {
  const { start, end } = vdsoOf(process.pid);
  const image = Buffer.alloc(end - start);
  withMemory(process.pid, "r", (memory) => readSync(memory, image, 0, image.length, start));
  return image;
}

/** Opens a process's memory as a file in which positions are addresses. */
export function withMemory(pid: number, mode: "r" | "r+", act: (memory: number) => void): void {
  const memory = openSync(`/proc/${pid}/mem`, mode);
  try {
    act(memory);
  } finally {
    closeSync(memory);
  }
}

/** Dynamic symbols of an ELF image with their values (elf(5), 64 bits). */
export function symbols(image: Buffer): Record<string, number> {
  const dynamic = 11;
  const headers = Number(image.readBigUInt64LE(0x28));
  const [size, count] = [image.readUInt16LE(0x3a), image.readUInt16LE(0x3c)];
  const sections = Array.from({ length: count }, (_, index) => {
    const at = headers + index * size;
    return {
      type: image.readUInt32LE(at + 4),
      offset: Number(image.readBigUInt64LE(at + 0x18)),
      length: Number(image.readBigUInt64LE(at + 0x20)),
      link: image.readUInt32LE(at + 0x28),
    };
  });
  const table = sections.find(({ type }) => type === dynamic);
  const names = sections[table?.link ?? -1];
  if (table === undefined || names === undefined) throw new Error("the vDSO has no dynamic symbols");
  const entries = Array.from({ length: table.length / 24 }, (_, index) => table.offset + index * 24);
  return Object.fromEntries(
    entries.map((at) => {
      const name = names.offset + image.readUInt32LE(at);
      return [image.toString("latin1", name, image.indexOf(0, name)), Number(image.readBigUInt64LE(at + 8))];
    }),
  );
}
