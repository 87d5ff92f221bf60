package dev.leat.contract;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * The host powers that a function version was granted, at most one grant of each kind. What is
 * absent is denied.
 *
 * @param all in the order of their words, whatever order they were given in
 */
public record Grants(List<Grant> all) {
  public static final Grants NONE = new Grants(List.of());

  public Grants {
    all = all.stream().sorted(Comparator.comparing(Grant::word)).toList();
    for (int i = 1; i < all.size(); i++) {
      if (all.get(i).word().equals(all.get(i - 1).word())) {
        throw new IllegalArgumentException(
            "A power is granted once, was granted twice: " + all.get(i).word());
      }
    }
  }

  public static Grants of(Grant... all) {
    return new Grants(List.of(all));
  }

  /** The grant of this kind, if there is one. */
  public <G extends Grant> Optional<G> find(Class<G> kind) {
    return all.stream().filter(kind::isInstance).map(kind::cast).findFirst();
  }
}
