package dev.leat.attacks;

import java.util.Map;
import java.util.stream.Collectors;

/** A node's metrics at one moment, by name with labels. */
record Metrics(Map<String, Double> values) {
  static Metrics parse(String text) {
    return new Metrics(
        text.lines()
            .filter(line -> !line.startsWith("#"))
            .collect(
                Collectors.toMap(
                    line -> line.substring(0, line.lastIndexOf(' ')),
                    line -> Double.valueOf(line.substring(line.lastIndexOf(' ') + 1)))));
  }

  long of(String name) {
    Double value = values.get(name);
    if (value == null) {
      throw new IllegalArgumentException("No metric is called " + name);
    }
    return value.longValue();
  }

  long bodyBytes() {
    return of("leat_request_body_bytes");
  }

  long guestBytes() {
    return of("leat_guest_memory_bytes");
  }

  long busyInstances() {
    return of("leat_instances{state=\"busy\"}");
  }

  long queueDepth() {
    return of("leat_queue_depth");
  }

  long connections() {
    return of("leat_http_connections");
  }

  long connectionsRefused() {
    return of("leat_http_connections_refused_total");
  }

  long instancesPrepared() {
    return of("leat_instances_prepared_total");
  }

  /** What an attack must not leave behind, in one line. */
  @Override
  public String toString() {
    return "bodies %d B, guests %d B, busy %d, queued %d, connections %d"
        .formatted(bodyBytes(), guestBytes(), busyInstances(), queueDepth(), connections());
  }
}
