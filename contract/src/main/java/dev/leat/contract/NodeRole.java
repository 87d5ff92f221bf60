package dev.leat.contract;

import java.util.Locale;

/** What a node of a cluster does. */
public enum NodeRole {
  /** Answers HTTP requests, and sends calls to workers. */
  GATEWAY,
  /** Takes turns at deciding which workers keep which versions warm. */
  SCHEDULER,
  /** Runs functions. */
  WORKER;

  /** As users write it. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
