// Lines in the function's log. Capability: `logging`; without it they go nowhere.
import * as host from "./host";
import { JSON } from "./json";
import { Utf8 } from "./result";

export enum Level {
  DEBUG = 0,
  INFO = 1,
  WARN = 2,
  ERROR = 3,
}

export function log(level: Level, line: string): void {
  const text = new Utf8(line);
  host.log(level, text.pointer, text.length);
}

export function debug(line: string): void {
  log(Level.DEBUG, line);
}

export function info(line: string): void {
  log(Level.INFO, line);
}

export function warn(line: string): void {
  log(Level.WARN, line);
}

export function error(line: string): void {
  log(Level.ERROR, line);
}

/** A line with fields: an object. */
export function fields(level: Level, line: string, values: JSON): void {
  const text = new Utf8(line);
  const json = new Utf8(values.toString());
  host.log_fields(level, text.pointer, text.length, json.pointer, json.length);
}
