package dev.leat.tenants;

import dev.leat.contract.Grant;
import java.util.Collections;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Which powers of the host a tenant may grant its functions.
 *
 * @param words of the powers ({@link Grant#word}); absent for all, those of later releases too
 */
public record AllowedPowers(Optional<SortedSet<String>> words) {
  public static final AllowedPowers ALL = new AllowedPowers(Optional.empty());

  public AllowedPowers {
    words = words.map(TreeSet::new).map(Collections::unmodifiableSortedSet);
  }

  public static AllowedPowers only(Set<String> words) {
    return new AllowedPowers(Optional.of(new TreeSet<>(words)));
  }

  Set<String> grants() {
    return words.<Set<String>>map(allowed -> allowed).orElse(Grant.WORDS);
  }
}
