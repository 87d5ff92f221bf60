package dev.leat.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class Base64TextTest {
  @ParameterizedTest
  @ValueSource(strings = {"", "{\"a\": 1}", "Grüße\n\tan alle\n"})
  void read_text_isAsItWasWritten(String text) {
    assertThat(Base64Text.read(base64(text.getBytes(UTF_8)))).contains(text);
  }

  @ParameterizedTest
  @ValueSource(strings = {"a\0", "\u001B[2J", "a\rb", "\u0085", "\u202Egpj.exe"})
  void read_controlCharacters_isNone(String text) {
    assertThat(Base64Text.read(base64(text.getBytes(UTF_8)))).isEmpty();
  }

  @Test
  void read_whatIsNoUtf8_isNone() {
    assertThat(Base64Text.read(base64(new byte[] {(byte) 0xC3}))).isEmpty();
    assertThat(Base64Text.read("*")).isEmpty();
  }

  private static String base64(byte[] bytes) {
    return Base64.getEncoder().encodeToString(bytes);
  }
}
