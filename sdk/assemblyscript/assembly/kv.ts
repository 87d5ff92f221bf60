// Values that the tenant's functions keep between calls. Capability: `keyValue`.
import * as host from "./host";
import { JSON } from "./json";
import { bytes, done, found, Result, ROOM, text, Utf8 } from "./result";

export function get(key: string): Result<ArrayBuffer> {
  const name = new Utf8(key);
  let buffer = new ArrayBuffer(ROOM);
  let length = host.kv_get(name.pointer, name.length, changetype<usize>(buffer), buffer.byteLength);
  if (length > buffer.byteLength) {
    buffer = new ArrayBuffer(length);
    length = host.kv_get(name.pointer, name.length, changetype<usize>(buffer), buffer.byteLength);
  }
  return bytes(length, buffer);
}

/** The same as text. */
export function getText(key: string): Result<string> {
  return text(get(key));
}

/** A time to live of 0 is as long as the manifest's `ttlMax` says. */
export function set(key: string, value: ArrayBuffer, ttlSeconds: i64 = 0): Result<bool> {
  const name = new Utf8(key);
  return done(host.kv_set(name.pointer, name.length, changetype<usize>(value), value.byteLength, ttlSeconds));
}

export function setText(key: string, value: string, ttlSeconds: i64 = 0): Result<bool> {
  return set(key, String.UTF8.encode(value), ttlSeconds);
}

/** Whether there was a value. */
export function remove(key: string): Result<bool> {
  const name = new Utf8(key);
  return found(host.kv_delete(name.pointer, name.length));
}

export function exists(key: string): Result<bool> {
  const name = new Utf8(key);
  const code = host.kv_exists(name.pointer, name.length);
  return new Result<bool>(code, code > 0);
}

/** Sets how long the value stays from now on; whether there is one. */
export function expire(key: string, ttlSeconds: i64): Result<bool> {
  const name = new Utf8(key);
  return found(host.kv_expire(name.pointer, name.length, ttlSeconds));
}

/** At most so many keys that begin with the prefix, in the order of their bytes. */
export function list(prefix: string, limit: i32): Result<string[]> {
  const name = new Utf8(prefix);
  let buffer = new ArrayBuffer(4096);
  let length = host.kv_list(name.pointer, name.length, limit, changetype<usize>(buffer), buffer.byteLength);
  if (length > buffer.byteLength) {
    buffer = new ArrayBuffer(length);
    length = host.kv_list(name.pointer, name.length, limit, changetype<usize>(buffer), buffer.byteLength);
  }
  return JSON.texts(text(bytes(length, buffer)));
}

/** Adds to a whole number, and gives the sum. What is absent is 0. Atomic on all nodes. */
export function increment(key: string, delta: i64 = 1): Result<i64> {
  const name = new Utf8(key);
  const sum = new ArrayBuffer(8);
  const code = host.kv_increment(name.pointer, name.length, delta, changetype<usize>(sum));
  return new Result<i64>(code, code < 0 ? 0 : load<i64>(changetype<usize>(sum)));
}

/**
 * Sets the value if the expected one is there, or none where none is expected; Code.CONFLICT if not. Atomic on all nodes.
 */
export function compareAndSet(
  key: string, expected: ArrayBuffer | null, value: ArrayBuffer, ttlSeconds: i64 = 0,
): Result<bool> {
  const name = new Utf8(key);
  const old = expected ? changetype<usize>(expected) : 0;
  const oldLength = expected ? expected.byteLength : -1;
  return done(
    host.kv_compare_and_set(
      name.pointer, name.length, old, oldLength, changetype<usize>(value), value.byteLength, ttlSeconds,
    ),
  );
}
