package dev.leat.tenants;

import java.time.Instant;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A token's place in the list of its tenant's, the newest first.
 *
 * @param issuedAt in whole seconds
 */
public record TokenPosition(Instant issuedAt, String id) {
  /** Seconds, and a UUID. */
  private static final Pattern CURSOR = Pattern.compile("([0-9]{1,12})\\.([0-9a-f-]{36})");

  static TokenPosition of(Token token) {
    return new TokenPosition(token.issuedAt(), token.id());
  }

  /** The position of which this is the {@link #cursor}, or nothing. */
  static Optional<TokenPosition> ofCursor(String cursor) {
    Matcher matcher = CURSOR.matcher(cursor);
    return matcher.matches()
        ? Optional.of(
            new TokenPosition(
                Instant.ofEpochSecond(Long.parseLong(matcher.group(1))), matcher.group(2)))
        : Optional.empty();
  }

  String cursor() {
    return issuedAt.getEpochSecond() + "." + id;
  }
}
