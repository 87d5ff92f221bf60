package dev.leat.contract;

/** What made an invocation come about. */
public enum Trigger {
  /** A caller's HTTP request. */
  HTTP
}
