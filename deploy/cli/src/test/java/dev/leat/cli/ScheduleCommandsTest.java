package dev.leat.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ScheduleCommandsTest {
  @ParameterizedTest
  @ValueSource(strings = {"", "{\"a\": 1}", "Grüße\n\tan alle\n"})
  void asText_text_isAsItWasWritten(String text) {
    assertThat(ScheduleCommands.asText(base64(text.getBytes(UTF_8)))).contains(text);
  }

  @ParameterizedTest
  @ValueSource(strings = {"a\0", "\u001B[2J", "a\rb", "\u0085", "\u202Egpj.exe"})
  void asText_controlCharacters_isNone(String text) {
    assertThat(ScheduleCommands.asText(base64(text.getBytes(UTF_8)))).isEmpty();
  }

  @Test
  void asText_whatIsNoUtf8_isNone() {
    assertThat(ScheduleCommands.asText(base64(new byte[] {(byte) 0xC3}))).isEmpty();
    assertThat(ScheduleCommands.asText("*")).isEmpty();
  }

  @Test
  void thing_withLines_showsThemBelow() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    Terminal terminal =
        new Terminal(
            InputStream.nullInputStream(),
            new PrintStream(out, true, UTF_8),
            new PrintStream(OutputStream.nullOutputStream(), true, UTF_8),
            false);
    ObjectNode thing = Json.object().put("data", "a\n\tb\n").put("id", "nightly");

    new Output(terminal, Format.TABLE).thing(thing);

    assertThat(out.toString(UTF_8)).isEqualTo("id  nightly\ndata:\n  a\n  \tb\n");
  }

  private static String base64(byte[] bytes) {
    return Base64.getEncoder().encodeToString(bytes);
  }
}
