package dev.leat.tenants;

import dev.leat.contract.AddressRange;
import dev.leat.contract.Grant;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Which powers of the host a tenant may grant its functions.
 *
 * @param words of the powers ({@link Grant#word}); absent for all, those of later releases too
 * @param privateAddresses that they may reach by HTTP though the rest of the world cannot
 */
public record AllowedPowers(
    Optional<SortedSet<String>> words, List<AddressRange> privateAddresses) {
  /** Of one tenant: of at most 50 characters each. */
  public static final int ADDRESSES_MAX = 50;

  public static final AllowedPowers ALL = new AllowedPowers(Optional.empty(), List.of());

  public AllowedPowers {
    words = words.map(TreeSet::new).map(Collections::unmodifiableSortedSet);
    privateAddresses = List.copyOf(privateAddresses);
  }

  /** The same with these private addresses. */
  public AllowedPowers withPrivate(List<AddressRange> addresses) {
    return new AllowedPowers(words, addresses);
  }

  public static AllowedPowers only(Set<String> words) {
    return new AllowedPowers(Optional.of(new TreeSet<>(words)), List.of());
  }

  Set<String> grants() {
    return words.<Set<String>>map(allowed -> allowed).orElse(Grant.WORDS);
  }
}
