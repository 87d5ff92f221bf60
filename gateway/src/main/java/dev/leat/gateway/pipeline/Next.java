package dev.leat.gateway.pipeline;

/** What comes after a step. */
public enum Next {
  /** The next step, at once. */
  GO_ON,

  /** The next step too, but later: whoever finishes what was begun calls {@link Exchange#run}. */
  WAIT,

  /** None: the request is answered. */
  ANSWERED
}
