package dev.leat.contract;

/** What made an invocation come about. */
public enum Trigger {
  /** A caller's HTTP request. */
  HTTP,
  /** A time that a schedule was to fire at. */
  SCHEDULE
}
