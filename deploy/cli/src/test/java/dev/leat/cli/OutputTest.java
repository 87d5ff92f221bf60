package dev.leat.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import org.junit.jupiter.api.Test;

class OutputTest {
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
}
