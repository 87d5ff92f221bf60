package dev.leat.registry.function;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.leat.contract.AsyncPolicy;
import dev.leat.contract.FunctionName;
import dev.leat.contract.permission.Permission;
import dev.leat.contract.permission.PermissionType;
import dev.leat.documents.ClosedObject;
import dev.leat.documents.Quantities;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** The key {@code async} of a manifest: what becomes of asynchronous invocations. */
final class AsyncSection {
  static final String KEY = "async";

  private AsyncSection() {}

  static AsyncPolicy read(ClosedObject async) {
    AsyncPolicy standard = AsyncPolicy.DEFAULT;
    int attempts =
        async
            .number("attempts", 1, AsyncPolicy.ATTEMPTS_MAX)
            .map(Long::intValue)
            .orElse(standard.attempts());
    ClosedObject backoff = async.object("backoff");
    Optional<Duration> first =
        backoff.duration("first", AsyncPolicy.BACKOFF_MIN, AsyncPolicy.BACKOFF_MAX);
    Optional<Duration> max =
        backoff.duration("max", AsyncPolicy.BACKOFF_MIN, AsyncPolicy.BACKOFF_MAX);
    backoff.close();
    Duration maxAge =
        async
            .duration("maxAge", AsyncPolicy.AGE_MIN, AsyncPolicy.AGE_MAX)
            .orElse(standard.maxAge());
    Duration keepResult =
        async
            .duration("keepResult", AsyncPolicy.KEEP_MIN, AsyncPolicy.KEEP_MAX)
            .orElse(standard.keepResult());
    List<String> retryOn =
        async.texts(
            "retryOn",
            AsyncPolicy.RETRY_WORDS.size(),
            AsyncPolicy.RETRY_WORDS::contains,
            "one of " + String.join(", ", new TreeSet<>(AsyncPolicy.RETRY_WORDS)));
    List<String> callbacks =
        async.texts(
            "callbacks",
            AsyncPolicy.CALLBACKS_MAX,
            AsyncSection::isCallback,
            "URLs such as https://hooks.example.com/leat/**");
    Optional<FunctionName> onSuccess = function(async, "onSuccess");
    Optional<FunctionName> onFailure = function(async, "onFailure");
    async.close();
    Duration from =
        first.orElse(max.filter(it -> it.compareTo(standard.first()) < 0).orElse(standard.first()));
    Duration upTo = max.orElse(from.compareTo(standard.max()) > 0 ? from : standard.max());
    if (from.compareTo(upTo) > 0) {
      async.refuse(
          "backoff",
          "must have a first of at most max, which is %s; was %s"
              .formatted(Quantities.duration(upTo), Quantities.duration(from)));
      from = upTo;
    }
    return new AsyncPolicy(
        attempts,
        from,
        upTo,
        maxAge,
        keepResult,
        new HashSet<>(retryOn),
        callbacks,
        onSuccess,
        onFailure);
  }

  private static Optional<FunctionName> function(ClosedObject async, String key) {
    return async.text(key, FunctionName::isValid, "a function's name").map(FunctionName::new);
  }

  /** A pattern of URLs, but not one that all are. */
  private static boolean isCallback(String text) {
    try {
      return text.startsWith("http")
          && Permission.of(PermissionType.HTTP_WRITE, text).resource().equals(text);
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  static void write(AsyncPolicy policy, ObjectNode to) {
    to.put("attempts", policy.attempts());
    to.putObject("backoff")
        .put("first", Quantities.duration(policy.first()))
        .put("max", Quantities.duration(policy.max()));
    to.put("maxAge", Quantities.duration(policy.maxAge()))
        .put("keepResult", Quantities.duration(policy.keepResult()));
    if (!policy.retryOn().isEmpty()) {
      new TreeSet<>(policy.retryOn()).forEach(to.putArray("retryOn")::add);
    }
    if (!policy.callbacks().isEmpty()) {
      policy.callbacks().forEach(to.putArray("callbacks")::add);
    }
    policy.onSuccess().ifPresent(it -> to.put("onSuccess", it.value()));
    policy.onFailure().ifPresent(it -> to.put("onFailure", it.value()));
  }

  /** As {@link #write} wrote it, in whichever release; nothing here becomes stricter. */
  static AsyncPolicy stored(JsonNode async) {
    AsyncPolicy standard = AsyncPolicy.DEFAULT;
    JsonNode backoff = async.path("backoff");
    Duration first =
        within(
            backoff, "first", standard.first(), AsyncPolicy.BACKOFF_MIN, AsyncPolicy.BACKOFF_MAX);
    Set<String> retryOn = new HashSet<>();
    async.path("retryOn").forEach(word -> retryOn.add(word.asText()));
    retryOn.retainAll(AsyncPolicy.RETRY_WORDS);
    List<String> callbacks = new ArrayList<>();
    async.path("callbacks").forEach(url -> callbacks.add(url.asText()));
    return new AsyncPolicy(
        Math.clamp(async.path("attempts").asInt(standard.attempts()), 1, AsyncPolicy.ATTEMPTS_MAX),
        first,
        within(backoff, "max", standard.max(), first, AsyncPolicy.BACKOFF_MAX),
        within(async, "maxAge", standard.maxAge(), AsyncPolicy.AGE_MIN, AsyncPolicy.AGE_MAX),
        within(
            async, "keepResult", standard.keepResult(), AsyncPolicy.KEEP_MIN, AsyncPolicy.KEEP_MAX),
        retryOn,
        callbacks.stream().filter(AsyncSection::isCallback).toList(),
        stored(async, "onSuccess"),
        stored(async, "onFailure"));
  }

  private static Optional<FunctionName> stored(JsonNode async, String key) {
    return Optional.of(async.path(key).asText(""))
        .filter(FunctionName::isValid)
        .map(FunctionName::new);
  }

  private static Duration within(
      JsonNode of, String key, Duration otherwise, Duration min, Duration max) {
    Duration kept =
        of.has(key) ? Quantities.parseDuration(of.path(key).asText()).orElse(otherwise) : otherwise;
    return kept.compareTo(min) < 0 ? min : kept.compareTo(max) > 0 ? max : kept;
  }
}
