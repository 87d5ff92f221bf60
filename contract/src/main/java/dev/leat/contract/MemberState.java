package dev.leat.contract;

import java.util.Locale;

/** Whether a node of a cluster may be given work. */
public enum MemberState {
  /** It is starting. */
  JOINING,
  /** It takes work. */
  READY,
  /** It ends what it has, takes no more, and leaves. */
  DRAINING,
  /** It was not heard of for too long, and did not say that it left. */
  LOST;

  /** As users read it. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
