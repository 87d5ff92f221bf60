package dev.leat.cli;

/**
 * A bearer token, which no message may show.
 *
 * @param value as it is sent
 */
record BearerToken(String value) {
  @Override
  public String toString() {
    return "***";
  }
}
