package dev.leat.gateway.control;

/** The node's metrics as scrapers read them. */
@FunctionalInterface
public interface MetricsText {
  /**
   * @param isOpenMetrics in the format OpenMetrics 1.0, which has examples of durations; else
   *     Prometheus' own
   */
  byte[] read(boolean isOpenMetrics);
}
