package dev.leat.worker.capability;

import java.util.List;
import java.util.Locale;

/** How a call of a power's function ended, as figures and traces tell it: see {@link HostCode}. */
public enum PowerEnding {
  DONE,
  ABSENT,
  DENIED,
  INVALID,
  QUOTA,
  TIMEOUT,
  FAILED,
  TOO_LARGE,
  CONFLICT,
  /** The guest was stopped within it. */
  STOPPED;

  private static final List<PowerEnding> BY_CODE =
      List.of(DONE, ABSENT, DENIED, INVALID, QUOTA, TIMEOUT, FAILED, TOO_LARGE, CONFLICT);

  private final String word = name().toLowerCase(Locale.ROOT).replace('_', '-');

  /**
   * The ending that a function's result says: those of {@link HostCode} are the only negative ones.
   */
  static PowerEnding of(boolean hasResult, long result) {
    int code = (int) result;
    return hasResult && code < 0 && -code < BY_CODE.size() ? BY_CODE.get(-code) : DONE;
  }

  public String word() {
    return word;
  }

  /** Whether something went wrong; that a key is not there is an answer. */
  boolean isError() {
    return this != DONE && this != ABSENT;
  }
}
