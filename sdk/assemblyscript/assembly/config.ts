// Values of the manifest's `config`. Capability: `config`.
import * as host from "./host";
import { JSON } from "./json";
import { bytes, Result, ROOM, text, Utf8 } from "./result";

/** The value of a key. */
export function get(key: string): Result<JSON> {
  const name = new Utf8(key);
  let buffer = new ArrayBuffer(ROOM);
  let length = host.config_get(name.pointer, name.length, changetype<usize>(buffer), buffer.byteLength);
  if (length > buffer.byteLength) {
    buffer = new ArrayBuffer(length);
    length = host.config_get(name.pointer, name.length, changetype<usize>(buffer), buffer.byteLength);
  }
  return JSON.of(text(bytes(length, buffer)));
}

/** The text of a key, or this one where there is none. */
export function str(key: string, otherwise: string): string {
  const json = get(key);
  return json.isOk && json.value.isString ? json.value.asString() : otherwise;
}

export function int(key: string, otherwise: i64): i64 {
  const json = get(key);
  return json.isOk && json.value.isNumber ? json.value.asInt() : otherwise;
}

export function boolean(key: string, otherwise: bool): bool {
  const json = get(key);
  return json.isOk && json.value.isBool ? json.value.asBool() : otherwise;
}

/** The keys that there are, and that the function may read. */
export function keys(): Result<string[]> {
  let buffer = new ArrayBuffer(ROOM);
  let length = host.config_keys(changetype<usize>(buffer), buffer.byteLength);
  if (length > buffer.byteLength) {
    buffer = new ArrayBuffer(length);
    length = host.config_keys(changetype<usize>(buffer), buffer.byteLength);
  }
  return JSON.texts(text(bytes(length, buffer)));
}
