package dev.leat.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpResponse.BodySubscribers;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Flow;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MultipartTest {
  private final byte[] content = new byte[200_000];

  @Test
  void publisher_tellsHowFarItIs() {
    List<Long> told = new ArrayList<>();
    BodyPublisher body =
        new Multipart()
            .file("module", "m", "application/wasm", content)
            .publisher((sent, total) -> {
              assertThat(total).isGreaterThan(content.length);
              told.add(sent);
            });

    byte[] sent = read(body);

    assertThat(sent).hasSize((int) body.contentLength());
    assertThat(told).isSorted().hasSizeGreaterThan(4).endsWith(body.contentLength());
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void progress_isForAPersonWhoWatches(boolean isInteractive) {
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Terminal terminal =
        new Terminal(
            new ByteArrayInputStream(new byte[0]),
            new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            isInteractive);

    terminal.progress(65_536, 131_072);
    terminal.progress(131_072, 131_072);

    assertThat(err.toString(StandardCharsets.UTF_8))
        .isEqualTo(
            isInteractive
                ? "\r  65,536 of 131,072 bytes (50 %)\r  131,072 of 131,072 bytes (100 %)\n"
                : "");
  }

  private static byte[] read(BodyPublisher body) {
    var subscriber = BodySubscribers.ofByteArray();
    body.subscribe(
        new Flow.Subscriber<>() {
          @Override
          public void onSubscribe(Flow.Subscription subscription) {
            subscriber.onSubscribe(subscription);
          }

          @Override
          public void onNext(ByteBuffer item) {
            subscriber.onNext(List.of(item));
          }

          @Override
          public void onError(Throwable failure) {
            subscriber.onError(failure);
          }

          @Override
          public void onComplete() {
            subscriber.onComplete();
          }
        });
    return subscriber.getBody().toCompletableFuture().join();
  }
}
