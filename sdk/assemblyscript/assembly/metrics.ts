// Figures of the function, at the node's `/metrics`. Capability: `metrics`; without it they go nowhere. Tags are an
// object of texts with a few values each: every combination is a series of its own.
import * as host from "./host";
import { JSON } from "./json";
import { Utf8 } from "./result";

/** A figure of a function of contract `processor`: its sum and how many there were. */
export function record(metric: string, value: f64): void {
  const name = new Utf8(metric);
  host.record_metric(name.pointer, name.length, value);
}

/** Adds to what is counted. */
export function counter(metric: string, value: f64 = 1, tags: JSON | null = null): void {
  const name = new Utf8(metric);
  const json = new Utf8(tags ? tags.toString() : "");
  host.metric_counter(name.pointer, name.length, value, json.pointer, json.length);
}

/** Sets what is measured. */
export function gauge(metric: string, value: f64, tags: JSON | null = null): void {
  const name = new Utf8(metric);
  const json = new Utf8(tags ? tags.toString() : "");
  host.metric_gauge(name.pointer, name.length, value, json.pointer, json.length);
}

/** One value of a distribution. */
export function histogram(metric: string, value: f64, tags: JSON | null = null): void {
  const name = new Utf8(metric);
  const json = new Utf8(tags ? tags.toString() : "");
  host.metric_histogram(name.pointer, name.length, value, json.pointer, json.length);
}

/** How many milliseconds something took. */
export function timer(metric: string, millis: f64, tags: JSON | null = null): void {
  const name = new Utf8(metric);
  const json = new Utf8(tags ? tags.toString() : "");
  host.metric_timer(name.pointer, name.length, millis, json.pointer, json.length);
}
