// One value of a processor's own, kept between its events. Capability: `keyValue`.
import * as host from "./host";
import { taken } from "./memory";
import { done, Result } from "./result";

/** The value that was set last; null if there is none, or it may not be read. */
export function get(): ArrayBuffer | null {
  const state = host.get_processor_state();
  return state == 0 ? null : taken(<usize>(state >> 32), <i32>(<u32>state));
}

export function set(value: ArrayBuffer): Result<bool> {
  return done(host.set_processor_state(changetype<usize>(value), value.byteLength));
}
