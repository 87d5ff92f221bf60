/** Room for what the host brings. Built with `--runtime stub`, nothing is freed: memory is put back after each call. */
export function allocate(size: i32): usize {
  return heap.alloc(size);
}

export function free(block: usize, size: i32): void {
  heap.free(block);
}

/** The bytes that the host wrote. */
export function taken(pointer: usize, length: i32): ArrayBuffer {
  const bytes = new ArrayBuffer(length);
  memory.copy(changetype<usize>(bytes), pointer, length);
  return bytes;
}

/** Pointer and length as the host takes them. */
export function packed(bytes: ArrayBuffer): u64 {
  return ((<u64>changetype<usize>(bytes)) << 32) | <u64>bytes.byteLength;
}

/** What AssemblyScript says when it gives up. */
export function reason(message: string | null, file: string | null, line: u32): string {
  return (message ? message : "aborted") + (file ? " at " + file + ":" + line.toString() : "");
}
