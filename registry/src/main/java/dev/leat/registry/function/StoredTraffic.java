package dev.leat.registry.function;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.leat.documents.StrictJson;
import dev.leat.registry.canary.Verdict;
import dev.leat.registry.function.RolloutPlan.Strategy;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Traffic as a store keeps it, as a JSON object. What is not known is left. */
public final class StoredTraffic {
  private StoredTraffic() {}

  public static String write(Traffic traffic) {
    ObjectNode root =
        JsonNodeFactory.instance.objectNode().put("slots", traffic.slots().toString());
    traffic.previous().ifPresent(version -> root.put("previous", version));
    ObjectNode former = root.putObject("keptUntil");
    traffic
        .former()
        .forEach((version, until) -> former.put(Integer.toString(version), until.toEpochMilli()));
    traffic
        .sticky()
        .ifPresent(sticky -> root.putObject("sticky").put(sticky.kind().word(), sticky.name()));
    traffic.rollout().ifPresent(rollout -> write(rollout, root.putObject("rollout")));
    root.put("changedAt", traffic.changedAt().toEpochMilli()).put("changedBy", traffic.changedBy());
    return root.toString();
  }

  /**
   * @throws IllegalArgumentException if it cannot be read
   */
  public static Traffic read(int revision, String json) {
    JsonNode root = StrictJson.tree(json);
    Map<Integer, Instant> former = instants(root.path("keptUntil"));
    // As it was kept before there was a time of one's own: when each lost its traffic.
    instants(root.path("former"))
        .forEach((version, lostAt) -> former.put(version, lostAt.plus(Traffic.KEPT_WARM)));
    return new Traffic(
        revision,
        Slots.parse(root.path("slots").asText()),
        root.has("previous") ? Optional.of(root.path("previous").asInt()) : Optional.empty(),
        former,
        sticky(root.path("sticky")),
        root.has("rollout") ? Optional.of(rollout(root.path("rollout"))) : Optional.empty(),
        Instant.ofEpochMilli(root.path("changedAt").asLong()),
        root.path("changedBy").asText());
  }

  private static Map<Integer, Instant> instants(JsonNode kept) {
    Map<Integer, Instant> instants = new HashMap<>();
    kept.properties()
        .forEach(each ->
            instants.put(
                Integer.valueOf(each.getKey()), Instant.ofEpochMilli(each.getValue().asLong())));
    return instants;
  }

  private static void write(Rollout rollout, ObjectNode to) {
    to.put("id", rollout.id())
        .put("version", rollout.version())
        .put("strategy", rollout.plan().strategy().name())
        .put("keepMillis", rollout.plan().keep().toMillis());
    ObjectNode base = to.putObject("base");
    rollout.base().forEach((version, weight) -> base.put(Integer.toString(version), weight));
    rollout.plan().steps().forEach(to.putArray("steps")::add);
    to.put("intervalMillis", rollout.plan().interval().toMillis())
        .put("step", rollout.step())
        .put("state", rollout.state().name());
    rollout.nextAt().ifPresent(next -> to.put("nextAt", next.toEpochMilli()));
    rollout
        .said()
        .ifPresent(
            said -> to.put("verdict", said.verdict().name()).put("verdictReason", said.reason()));
    to.put("startedAt", rollout.startedAt().toEpochMilli())
        .put("startedBy", rollout.startedBy())
        .put("changedAt", rollout.changedAt().toEpochMilli());
  }

  private static Rollout rollout(JsonNode kept) {
    Map<Integer, Integer> base = new HashMap<>();
    kept.path("base")
        .properties()
        .forEach(share -> base.put(Integer.valueOf(share.getKey()), share.getValue().asInt()));
    List<Integer> steps = new ArrayList<>();
    kept.path("steps").forEach(step -> steps.add(step.asInt()));
    return new Rollout(
        kept.path("id").asInt(),
        new RolloutPlan(
            kept.path("version").asInt(),
            Strategy.valueOf(kept.path("strategy").asText(Strategy.ROLLING.name())),
            steps,
            Duration.ofMillis(kept.path("intervalMillis").asLong()),
            Duration.ofMillis(kept.path("keepMillis").asLong(Traffic.KEPT_WARM.toMillis()))),
        base,
        kept.path("step").asInt(),
        Rollout.State.valueOf(kept.path("state").asText()),
        kept.has("nextAt")
            ? Optional.of(Instant.ofEpochMilli(kept.path("nextAt").asLong()))
            : Optional.empty(),
        kept.has("verdict")
            ? Optional.of(
                new Rollout.Said(
                    Verdict.valueOf(kept.path("verdict").asText()),
                    kept.path("verdictReason").asText()))
            : Optional.empty(),
        Instant.ofEpochMilli(kept.path("startedAt").asLong()),
        kept.path("startedBy").asText(),
        Instant.ofEpochMilli(kept.path("changedAt").asLong()));
  }

  private static Optional<Sticky> sticky(JsonNode kept) {
    return kept.properties().stream()
        .flatMap(by ->
            Sticky.Kind.ofWord(by.getKey()).stream()
                .map(kind -> new Sticky(kind, by.getValue().asText())))
        .findFirst();
  }
}
