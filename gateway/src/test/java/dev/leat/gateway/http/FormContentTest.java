package dev.leat.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.contract.Answer;
import dev.leat.contract.Problem;
import dev.leat.contract.ProblemCode;
import dev.leat.gateway.http.BodyMemory.Reservation;
import dev.leat.testkit.Seed;
import io.vertx.core.buffer.Buffer;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class FormContentTest {
  private static final String TYPE = "multipart/form-data; boundary=b";

  private final BodyMemory memory = new BodyMemory(8 << 20);
  private final Reservation reservation = memory.ofControl("acme");

  @Test
  void whole_partsInChunksOfAnySize_areTheirBytes() {
    Seed seed = Seed.orElse(20_261_129L);
    Random random = seed.random();
    for (int round = 0; round < 30; round++) {
      byte[] module = new byte[random.nextInt(200_000)];
      random.nextBytes(module);
      byte[] form = form(part("module", "m.wasm", module), part("signature", null, bytes("e.y.J")));

      Map<String, byte[]> parts = done(read(form, random));

      assertThat(parts).as(seed.toString()).containsOnlyKeys("module", "signature");
      assertThat(parts.get("module")).as(seed.toString()).isEqualTo(module);
      assertThat(parts.get("signature")).as(seed.toString()).isEqualTo(bytes("e.y.J"));
      assertThat(memory.held()).as("each part once, %s", seed).isEqualTo(module.length + 5);
      assertThat(reservation.exchange(0)).isTrue();
    }
  }

  @Test
  void append_noMemoryForAPart_isRefused() {
    BodyMemory small = new BodyMemory(60_000);
    FormContent content = new FormContent(TYPE, small.ofControl(""), 200_000);

    assertThat(content.append(Buffer.buffer(form(part("module", "m", new byte[100_000])))))
        .isEqualTo(BodyContent.NO_MEMORY);
  }

  @Test
  void read_whatIsNoForm_isRefused() {
    byte[] long16 = new byte[FormContent.TEXT_BYTES_MAX + 1];
    byte[] twice = form(part("a", "f", bytes("1")), part("a", "f", bytes("2")));

    assertThat(refused(TYPE, form(part("signature", null, long16))))
        .isEqualTo(ProblemCode.INVALID_REQUEST);
    assertThat(refused(TYPE, twice)).isEqualTo(ProblemCode.INVALID_REQUEST);
    assertThat(refused("multipart/form-data; boundary=", twice))
        .isEqualTo(ProblemCode.INVALID_REQUEST);
    assertThat(refused("multipart/form-data", twice)).isEqualTo(ProblemCode.INVALID_REQUEST);
    assertThat(refused(TYPE, form(many(17)))).isEqualTo(ProblemCode.INVALID_REQUEST);
  }

  @Test
  void form_cutAnywhere_isTheSame() {
    Seed seed = Seed.orElse(2);
    Random random = seed.random();
    for (int round = 0; round < 50; round++) {
      byte[] module = new byte[20 + random.nextInt(100)];
      for (int i = 0; i < module.length; i++) {
        module[i] = (byte) (random.nextInt(4) == 0 ? "\r\n".charAt(i & 1) : random.nextInt(256));
      }
      byte[] form = form(part("module", "f", module), part("signature", "f", bytes("signed")));
      for (int cut = 1; cut < form.length; cut++) {
        FormContent content = new FormContent(TYPE, reservation, form.length);
        assertThat(content.append(Buffer.buffer(form).slice(0, cut))).isNull();
        assertThat(content.append(Buffer.buffer(form).slice(cut, form.length))).isNull();

        assertThat(done(content.whole()).get("module"))
            .as("cut at %d, %s", cut, seed)
            .isEqualTo(module);
      }
      FormContent bytewise = new FormContent(TYPE, reservation, form.length);
      for (int at = 0; at < form.length; at++) {
        assertThat(bytewise.append(Buffer.buffer(form).slice(at, at + 1))).isNull();
      }
      assertThat(done(bytewise.whole()).get("module")).as("bytewise, %s", seed).isEqualTo(module);
    }
  }

  private static byte[][] many(int count) {
    byte[][] parts = new byte[count][];
    for (int i = 0; i < count; i++) {
      parts[i] = part("part-" + i, "f", bytes("x"));
    }
    return parts;
  }

  private ProblemCode refused(String type, byte[] form) {
    FormContent content = new FormContent(type, reservation, form.length);
    Problem problem = content.append(Buffer.buffer(form));
    if (problem == null) {
      problem =
          switch (content.whole()) {
            case Answer.Refused<Map<String, byte[]>>(Problem late) -> late;
            case Answer.Done<Map<String, byte[]>>(Map<String, byte[]> parts) ->
                throw new AssertionError("accepted: " + parts.keySet());
          };
    }
    return problem.code();
  }

  private Answer<Map<String, byte[]>> read(byte[] form, Random random) {
    FormContent content = new FormContent(TYPE, reservation, form.length);
    for (int at = 0; at < form.length; ) {
      int length = Math.min(form.length - at, 1 + random.nextInt(20_000));
      assertThat(content.append(Buffer.buffer(form).slice(at, at + length))).isNull();
      at += length;
    }
    return content.whole();
  }

  private static Map<String, byte[]> done(Answer<Map<String, byte[]>> answer) {
    return switch (answer) {
      case Answer.Done<Map<String, byte[]>>(Map<String, byte[]> parts) -> parts;
      case Answer.Refused<Map<String, byte[]>>(Problem problem) ->
          throw new AssertionError(problem.toString());
    };
  }

  private static byte[] part(String name, @Nullable String filename, byte[] content) {
    ByteArrayOutputStream part = new ByteArrayOutputStream();
    part.writeBytes(
        bytes(
            "--b\r\nContent-Disposition: form-data; name=\""
                + name
                + (filename == null ? "\"" : "\"; filename=\"" + filename + "\"")
                + "\r\n\r\n"));
    part.writeBytes(content);
    part.writeBytes(bytes("\r\n"));
    return part.toByteArray();
  }

  private static byte[] form(byte[]... parts) {
    ByteArrayOutputStream form = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      form.writeBytes(part);
    }
    form.writeBytes(bytes("--b--\r\n"));
    return form.toByteArray();
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }
}
