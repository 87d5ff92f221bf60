import { JSON, log, metrics, processor } from "leat/assembly";
export { allocate, free } from "leat/assembly";

/** Passes events on that name somebody, and counts them. */
function pass(event: string): string | null {
  const parsed = JSON.parse(event);
  if (!parsed || parsed.get("data").get("name").isNull) {
    log.error("The event names nobody.");
    return null;
  }
  metrics.record("events", 1);
  return event;
}

export function process_event(event: usize, length: i32): u64 {
  return processor.process(event, length, pass);
}
