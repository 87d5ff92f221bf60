package dev.leat.registry.canary;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.leat.documents.StrictJson;
import java.util.Map;
import java.util.NavigableSet;
import java.util.TreeMap;
import java.util.TreeSet;

/** Figures as a store keeps them, as a JSON object. What is not known is left. */
public final class StoredFigures {
  private StoredFigures() {}

  public static String write(CanaryFigures figures) {
    ObjectNode root = JsonNodeFactory.instance.objectNode();
    write(figures.canary(), root.putObject("canary"));
    write(figures.control(), root.putObject("control"));
    FuelPairs pairs = figures.pairs();
    root.putObject("pairs")
        .put("count", pairs.count())
        .put("higher", pairs.higher())
        .put("lower", pairs.lower())
        .put("canary", pairs.canary())
        .put("control", pairs.control());
    figures.alarms().forEach(root.putArray("alarms")::add);
    return root.toString();
  }

  private static void write(ArmFigures arm, ObjectNode to) {
    to.put("calls", arm.calls()).put("errors", arm.errors()).put("others", arm.others());
    write(arm.micros(), to.putObject("micros"));
    write(arm.fuel(), to.putObject("fuel"));
    ObjectNode stops = to.putObject("stops");
    arm.stops().forEach(stops::put);
    ObjectNode hosts = to.putObject("hosts");
    arm.hosts().forEach(hosts::put);
  }

  private static void write(Spread spread, ObjectNode to) {
    for (int bucket = 0; bucket < Spread.BUCKETS; bucket++) {
      if (spread.count(bucket) > 0) {
        to.put(Integer.toString(bucket), spread.count(bucket));
      }
    }
  }

  /**
   * @throws IllegalArgumentException if they cannot be read
   */
  public static CanaryFigures read(String json) {
    JsonNode root = StrictJson.tree(json);
    JsonNode pairs = root.path("pairs");
    NavigableSet<String> alarms = new TreeSet<>();
    root.path("alarms").forEach(alarm -> alarms.add(alarm.asText()));
    return new CanaryFigures(
        arm(root.path("canary")),
        arm(root.path("control")),
        new FuelPairs(
            pairs.path("count").asLong(),
            pairs.path("higher").asLong(),
            pairs.path("lower").asLong(),
            pairs.path("canary").asLong(),
            pairs.path("control").asLong()),
        alarms);
  }

  private static ArmFigures arm(JsonNode kept) {
    return new ArmFigures(
        kept.path("calls").asLong(),
        kept.path("errors").asLong(),
        spread(kept.path("micros")),
        spread(kept.path("fuel")),
        kept.path("others").asLong(),
        counts(kept.path("stops")),
        counts(kept.path("hosts")));
  }

  private static Map<String, Long> counts(JsonNode kept) {
    Map<String, Long> counts = new TreeMap<>();
    kept.properties().forEach(each -> counts.put(each.getKey(), each.getValue().asLong()));
    return counts;
  }

  private static Spread spread(JsonNode kept) {
    long[] counts = new long[Spread.BUCKETS];
    for (Map.Entry<String, JsonNode> bucket : kept.properties()) {
      int index = Integer.parseInt(bucket.getKey());
      if (index < 0 || index >= counts.length) {
        throw new IllegalArgumentException("There is no bucket " + index);
      }
      counts[index] = bucket.getValue().asLong();
    }
    return Spread.of(counts);
  }
}
