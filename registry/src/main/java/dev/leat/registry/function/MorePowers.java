package dev.leat.registry.function;

import dev.leat.contract.Finding;
import dev.leat.contract.FunctionVersion;
import dev.leat.contract.Grant;
import dev.leat.contract.permission.Permission;
import dev.leat.documents.Quantities;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * What a version asks of the host that the one before it did not: whoever deploys it says yes to
 * it.
 */
final class MorePowers {
  private final FunctionVersion before;
  private final FunctionVersion next;
  private final List<Finding> more = new ArrayList<>();

  private MorePowers(FunctionVersion before, FunctionVersion next) {
    this.before = before;
    this.next = next;
  }

  /** All of it; empty if it asks for no more. */
  static List<Finding> between(FunctionVersion before, FunctionVersion next) {
    MorePowers powers = new MorePowers(before, next);
    List<Permission> had = Permission.of(before.grants());
    Permission.of(next.grants()).stream()
        .filter(asked -> had.stream().noneMatch(covering -> covering.covers(asked)))
        .forEach(asked -> powers.add(asked.type().power(), "asks for " + asked));
    int requests = requests(before);
    int more = requests(next);
    if (requests > 0 && more > requests) {
      powers.add(
          "http.perMinute", "asks for " + more + " requests a minute instead of " + requests);
    }
    Set<String> methods = new TreeSet<>(methods(next));
    methods.removeAll(methods(before));
    if (requests > 0 && !methods.isEmpty()) {
      powers.add("http.methods", "asks for the methods " + String.join(", ", methods));
    }
    Set<String> sent = sent(before);
    sent(next).stream()
        .filter(each -> !sent.contains(each))
        .forEach(each -> powers.add("secrets", "sends " + each));
    Duration kept = kept(before);
    Duration longer = kept(next);
    if (kept.isPositive() && longer.compareTo(kept) > 0) {
      powers.add(
          "keyValue.ttlMax",
          "keeps values for %s instead of %s"
              .formatted(Quantities.duration(longer), Quantities.duration(kept)));
    }
    Optional<Grant.Database> database = before.grants().find(Grant.Database.class);
    Optional<Grant.Database> wider = next.grants().find(Grant.Database.class);
    if (database.isPresent() && wider.isPresent() && wider.get().rows() > database.get().rows()) {
      powers.add(
          "database.rows",
          "asks for answers of %d rows instead of %d"
              .formatted(wider.get().rows(), database.get().rows()));
    }
    return powers.more;
  }

  private static int requests(FunctionVersion version) {
    return version.grants().find(Grant.Http.class).map(Grant.Http::perMinute).orElse(0);
  }

  private static Set<String> methods(FunctionVersion version) {
    return version.grants().find(Grant.Http.class).map(Grant.Http::methods).orElse(Set.of());
  }

  /** Which secret goes where, in which field. */
  private static Set<String> sent(FunctionVersion version) {
    Set<String> sent = new TreeSet<>();
    version
        .grants()
        .find(Grant.Secrets.class)
        .ifPresent(secrets ->
            secrets
                .fields()
                .forEach(field ->
                    field
                        .to()
                        .forEach(origin ->
                            sent.add(
                                "the secret %s in %s to %s"
                                    .formatted(field.secret(), field.header(), origin)))));
    return sent;
  }

  private static Duration kept(FunctionVersion version) {
    return version
        .grants()
        .find(Grant.KeyValue.class)
        .map(Grant.KeyValue::ttlMax)
        .orElse(Duration.ZERO);
  }

  private void add(String at, String what) {
    more.add(
        new Finding(
            "spec.capabilities." + at,
            "%s %s, which %s does not".formatted(next.label(), what, before.label())));
  }
}
