package dev.leat.registry.canary;

import java.util.Locale;

/** What is said of a canary. */
public enum Verdict {
  /** It is no worse, as far as matters. */
  PASS,
  /** It is worse. */
  FAIL,
  /** Too little is known. */
  INCONCLUSIVE;

  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
