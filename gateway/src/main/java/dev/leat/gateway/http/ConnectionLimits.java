package dev.leat.gateway.http;

import dev.leat.contract.Setting;
import java.time.Duration;

/**
 * What clients' connections may take of the node.
 *
 * @param connections open at once, all together: each costs some 20 KB and a file descriptor
 * @param perAddress of these, from one address; a proxy in front is one address
 * @param idle after which a connection without a request in progress is closed
 * @param response in which a client must take a response
 * @param bodyGrace in which a body may arrive at any rate
 * @param bodyBytesPerSecond at least, on average, of a body that takes longer than that
 * @param bodyMax in which any body must arrive
 */
public record ConnectionLimits(
    @Setting(
            key = "connections",
            doc = "open at once; more are closed at once",
            min = 1,
            max = 1_000_000)
        int connections,
    @Setting(
            key = "connections-per-address",
            doc = "of these, from one address; raise it where one proxy hands all of them on",
            min = 1,
            atMost = "connections")
        int perAddress,
    Duration idle,
    Duration response,
    Duration bodyGrace,
    long bodyBytesPerSecond,
    Duration bodyMax) {
  /**
   * The largest body of 64 MiB arrives in five minutes at 220 KB/s, a default one of 1 MiB at the
   * least rate in two. 10,000 connections of all clients take about 200 MB; a tenth for one address
   * is far more than a browser, a client's pool or a proxy opens.
   */
  public static final ConnectionLimits DEFAULT =
      new ConnectionLimits(
          10_000,
          1_000,
          Duration.ofMinutes(2),
          Duration.ofMinutes(5),
          Duration.ofSeconds(10),
          8_192,
          Duration.ofMinutes(5));

  /** Whether a body of which so much has arrived in so long is too slow. */
  boolean isTooSlow(long arrivedBytes, long elapsedNanos) {
    long beyondGrace = elapsedNanos - bodyGrace.toNanos();
    return elapsedNanos > bodyMax.toNanos()
        || (beyondGrace > 0 && arrivedBytes < bodyBytesPerSecond * (beyondGrace / 1e9));
  }
}
