package dev.leat.tenants.usage;

import dev.leat.contract.TenantId;
import java.time.Instant;

/**
 * What one node wrote down of one thing in one minute.
 *
 * @param key which row it is
 * @param amounts all that its writer counted in it so far
 */
public record UsageRow(Key key, Amounts amounts) {
  /** In place of an outcome: what a node that let invocations in charged to hourly balances. */
  public static final String CHARGED = "charged";

  /** In place of an outcome: what the tenant has stored. Its writer and function are "". */
  public static final String STORED = "stored";

  /** In place of a function's name: those that were not told apart. No function is named so. */
  public static final String OTHER = "_other";

  /**
   * @param writer who writes it; differs with each start of a node
   * @param function its name, or {@link #OTHER}
   * @param what the word of an outcome, or {@link #CHARGED}, or {@link #STORED}
   * @param minute since 1970
   */
  public record Key(String writer, TenantId tenant, String function, String what, long minute) {}

  /** The writer's name of a start of a node, after so many times that its clock was set back. */
  static String writer(String node, int clockSteps) {
    return clockSteps == 0 ? node : node + "/" + clockSteps;
  }

  /** Whether this writer is this start of a node. */
  static boolean isOf(String writer, String node) {
    return writer.equals(node) || writer.startsWith(node + "/");
  }

  /** The minute that this instant is in. */
  public static long minute(Instant instant) {
    return Math.floorDiv(instant.getEpochSecond(), 60);
  }

  /** When a minute begins. */
  public static Instant begin(long minute) {
    return Instant.ofEpochSecond(minute * 60);
  }
}
