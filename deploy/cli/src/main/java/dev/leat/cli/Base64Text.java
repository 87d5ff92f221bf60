package dev.leat.cli;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;
import java.util.regex.Pattern;

/** Bodies that the platform tells in Base64, for people to read. */
final class Base64Text {
  /** Control characters, and what turns the direction of writing, but for newline and tab. */
  private static final Pattern NOT_TEXT = Pattern.compile("[\\p{Cc}\\p{Cf}&&[^\n\t]]");

  private Base64Text() {}

  /** What is text, as people wrote it; empty for what is better left in Base64. */
  static Optional<String> read(String base64) {
    try {
      String text =
          StandardCharsets.UTF_8
              .newDecoder()
              .decode(ByteBuffer.wrap(Base64.getDecoder().decode(base64)))
              .toString();
      return NOT_TEXT.matcher(text).find() ? Optional.empty() : Optional.of(text);
    } catch (CharacterCodingException | IllegalArgumentException e) { // no UTF-8, or no Base64
      return Optional.empty();
    }
  }
}
