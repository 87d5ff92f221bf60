package dev.leat.gateway.control;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.contract.Answer;
import dev.leat.contract.Problem;
import dev.leat.contract.ProblemCode;
import dev.leat.gateway.control.reply.HealthReply;
import dev.leat.gateway.control.reply.KeyReply;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;

class WrittenTest {
  private static final Problem NO = Problem.of(ProblemCode.CONFLICT, "No.");

  @Test
  void reply_isWrittenAsItsKindSays() {
    assertThat(Written.of(Reply.ok(HealthReply.of("live"))))
        .satisfies(written -> {
          assertThat(written.status()).isEqualTo(200);
          assertThat(written.headers()).isEqualTo(Map.of("content-type", "application/json"));
          assertThat(text(written)).isEqualTo("{\"status\":\"live\"}");
        });
    assertThat(Written.of(Reply.created(HealthReply.of("x"), "/there")))
        .satisfies(written -> {
          assertThat(written.status()).isEqualTo(201);
          assertThat(written.headers()).containsEntry("location", "/there");
        });
    assertThat(Written.of(new Reply.Bytes("a/b", new byte[] {1})).headers())
        .isEqualTo(Map.of("content-type", "a/b"));
    assertThat(Written.of(new Reply.Done()))
        .satisfies(written -> {
          assertThat(written.status()).isEqualTo(204);
          assertThat(written.body()).isEmpty();
        });
  }

  @Test
  void refusal_isTheProblem() {
    assertThat(Written.of(Reply.ok(Answer.<HealthReply>refused(NO))).problem()).isEqualTo(NO);
    assertThat(Written.of(Reply.of(Answer.refused(NO), done -> new Reply.Done())).problem())
        .isEqualTo(NO);
  }

  @Test
  void component_thatIsNull_isLeftOut() {
    assertThat(text(Written.of(Reply.ok(new KeyReply("k", null, "x", "then", null, null, null)))))
        .isEqualTo("{\"kid\":\"k\",\"x\":\"x\",\"createdAt\":\"then\"}");
  }

  private static String text(Written written) {
    return new String(written.body(), StandardCharsets.UTF_8);
  }
}
