// Secrets that the manifest names. Capability: `secrets`.
import * as host from "./host";
import { bytes, Result, ROOM, text, Utf8 } from "./result";

export function get(secret: string): Result<string> {
  const name = new Utf8(secret);
  let buffer = new ArrayBuffer(ROOM);
  let length = host.secret_get(name.pointer, name.length, changetype<usize>(buffer), buffer.byteLength);
  if (length > buffer.byteLength) {
    buffer = new ArrayBuffer(length);
    length = host.secret_get(name.pointer, name.length, changetype<usize>(buffer), buffer.byteLength);
  }
  return text(bytes(length, buffer));
}
