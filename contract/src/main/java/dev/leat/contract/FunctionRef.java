package dev.leat.contract;

/** A function, whichever its version: {@code tenant/name}. */
public record FunctionRef(TenantId tenant, FunctionName name) {
  @Override
  public String toString() {
    return tenant + "/" + name;
  }
}
