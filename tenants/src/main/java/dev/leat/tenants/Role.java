package dev.leat.tenants;

import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** What a token's holder is; {@link Access} says what each may do. */
public enum Role {
  /** Runs the platform: everything, everywhere. Belongs to no tenant. */
  OPERATOR,
  /** Runs one tenant: everything in it but what it is allowed to use. */
  TENANT_ADMIN,
  /** Publishes and deploys functions of one tenant. */
  DEVELOPER,
  /** Calls functions of one tenant. */
  INVOKER;

  /** Kebab-case, as in tokens and on the command line. */
  public String word() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** The role of this word, or nothing. */
  public static Optional<Role> ofWord(String word) {
    return Stream.of(values()).filter(role -> role.word().equals(word)).findFirst();
  }

  @Override
  public String toString() {
    return word();
  }
}
