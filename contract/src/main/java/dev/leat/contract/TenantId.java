package dev.leat.contract;

/**
 * A tenant's name, unique in an installation: {@code [a-z][a-z0-9-]{0,62}}.
 *
 * @param value the name
 */
public record TenantId(String value) implements Comparable<TenantId> {
  public TenantId {
    Names.require("A tenant's name", value);
  }

  /** Whether {@code value} may name a tenant. */
  public static boolean isValid(String value) {
    return Names.isName(value);
  }

  @Override
  public int compareTo(TenantId other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
