package dev.leat.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.contract.TenantId;
import dev.leat.gateway.http.BodyMemory.Reservation;
import dev.leat.testkit.Seed;
import io.vertx.core.buffer.Buffer;
import java.io.ByteArrayOutputStream;
import java.util.Random;
import org.junit.jupiter.api.Test;

class GrowingBodyTest {
  private final BodyMemory memory = new BodyMemory(100 << 20);
  private final Reservation reservation = memory.ofFunctions(new TenantId("acme"));

  @Test
  void append_chunksOfAnySize_areTheBody() {
    Seed seed = Seed.orElse(20_261_128L);
    Random random = seed.random();
    for (int round = 0; round < 50; round++) {
      ByteArrayOutputStream expected = new ByteArrayOutputStream();
      int size = random.nextInt(300_000);
      GrowingBody body = new GrowingBody(reservation, random.nextBoolean() ? size : size + 200_000);
      while (expected.size() < size) {
        byte[] chunk = new byte[random.nextInt(Math.min(20_000, size - expected.size()) + 1)];
        random.nextBytes(chunk);
        expected.writeBytes(chunk);
        assertThat(body.append(Buffer.buffer(chunk))).as(seed.toString()).isTrue();
      }

      assertThat(body.whole()).as(seed.toString()).isEqualTo(expected.toByteArray());
      assertThat(memory.held()).as("no more than the body of %s", seed).isEqualTo(size);
      reservation.giveBack(size);
    }
  }

  @Test
  void append_littleOfMuchThatIsDeclared_holdsLittle() {
    GrowingBody body = new GrowingBody(reservation, 64 << 20);

    assertThat(body.append(Buffer.buffer(new byte[1_000]))).isTrue();

    assertThat(memory.held()).isLessThanOrEqualTo(16_384);
  }

  @Test
  void append_withoutMemory_isRefusedAndNothingMoreIsHeld() {
    BodyMemory small = new BodyMemory(20_000);
    GrowingBody body = new GrowingBody(small.ofFunctions(new TenantId("acme")), 9_000);
    GrowingBody larger = new GrowingBody(small.ofFunctions(new TenantId("acme")), 12_000);

    assertThat(body.append(Buffer.buffer(new byte[9_000]))).isTrue();
    assertThat(larger.append(Buffer.buffer(new byte[2_000]))).isFalse();

    assertThat(small.held()).isEqualTo(9_000);
    assertThat(body.whole()).hasSize(9_000);
  }
}
