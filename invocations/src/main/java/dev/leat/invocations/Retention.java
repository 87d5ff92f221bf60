package dev.leat.invocations;

import dev.leat.contract.Setting;
import java.time.Duration;

/**
 * How long records of invocations and the lines that they logged are kept, and how many.
 *
 * @param days how old they may become
 * @param records of all tenants together: a million take some 500 MB
 * @param recordsPerTenant so that one who is called often leaves the others theirs
 * @param linesPerTenant at 100 bytes a line, 100,000 take 10 MB
 */
public record Retention(
    @Setting(
            key = "keep-days",
            doc = "records of invocations, and what functions logged",
            min = 1,
            max = 400)
        int days,
    @Setting(
            key = "records",
            doc = "records of all tenants together; the oldest go",
            min = 1_000,
            max = 1_000_000_000)
        long records,
    @Setting(
            key = "records-per-tenant",
            doc = "records of one tenant; its oldest go",
            min = 1_000,
            max = 1_000_000_000)
        long recordsPerTenant,
    @Setting(
            key = "log-lines-per-tenant",
            doc = "lines that a tenant's functions logged; its oldest go",
            min = 1_000,
            max = 1_000_000_000)
        long linesPerTenant) {
  public static final Retention DEFAULT = new Retention(7, 1_000_000, 100_000, 100_000);

  /** Removed in one transaction: some 100 ms, so that those who write are not held up. */
  static final int PRUNED_AT_ONCE = 5_000;

  /** Such transactions a minute: 125,000 records, and a node writes 2,000 a second at the most. */
  static final int TURNS = 25;

  Duration age() {
    return Duration.ofDays(days);
  }
}
